"""Who should answer: scores, health, filters and the ranking by an intent.

Pure, except for the health of recent calls.
"""
