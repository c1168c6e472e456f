"""The library: all sessions of one owner, to find again, to sort and to throw away.

What is looked for is a ``Selection``; ``shelf`` asks the store for it, and the views draw it.
"""
