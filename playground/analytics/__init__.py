"""A session in charts: one module per card, with its frame, words, figure and table.

A new card is a module here and a line in ``cards.py``.
"""
