"""Suites: the cases, how an answer to each is checked, and the arms that are to answer them.

They come from files of several kinds, from sessions, and from the starter sets that ship.
"""
