"""The page "What is real here", which every label that it explains leads to.

It says what is real, simulated, scripted, illustrative and estimated, by the server in use.
"""
