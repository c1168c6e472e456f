"""Live vendors: a catalogue of rows, three wire dialects, and the HTTP to reach them.

A vendor is a row until it needs behaviour of its own.
"""
