"""The runs of suites: made cell by cell, kept, paused and gone on with, judged and taken out.

Nothing here says what a run shows; that is in ``findings``.
"""
