"""What lives in one browser tab: its URL and its browser state.

Each package's ``state.py`` keeps its own values here, through a typed slot.
"""
