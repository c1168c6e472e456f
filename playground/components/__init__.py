"""Pieces of page used by more than one page."""
