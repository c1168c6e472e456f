"""What may be said of a run: rates, differences, verdicts in words, replays, and scores made of it.

All of it is worked out from cells that are there; nothing is asked.
"""
