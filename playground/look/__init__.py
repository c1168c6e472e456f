"""What every page looks like: colours, styles, figures, words for numbers, and files to download.

Nothing here knows of a session or a server.
"""
