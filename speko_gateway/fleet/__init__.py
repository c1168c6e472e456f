"""Who can be asked: the configured vendors, and those that a request brings along.

A fleet is demo, live or both.
"""
