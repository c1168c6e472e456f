"""The parts of the Connections page: vendors, model servers, and how each of them is doing.

Its state holds what this browser session chose, keys included.
"""
