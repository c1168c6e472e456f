"""What comes in: conversations that were exported from another tool, or from this playground.

A file is told by its shape. It is read twice: for the preview, and to store what was chosen.
"""
