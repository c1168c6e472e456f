"""The page "What is real here", and the way to it from every label that it explains.

It says what is real, simulated, scripted, illustrative and estimated, by the server in use.
"""
