"""Who can be asked: the vendors configured, and those that a request brings along.

A fleet is demo, live or both.
"""
