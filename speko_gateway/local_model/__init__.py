"""The small model that runs on this machine: its file, its engine and who may use it now.

Nothing here knows of providers.
"""
