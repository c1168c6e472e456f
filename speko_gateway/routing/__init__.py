"""Who should answer: scores, health, filters and the ranking by an intent.

Pure but for the health of recent calls.
"""
