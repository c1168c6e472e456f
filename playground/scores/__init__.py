"""Which scores the router ranks by: the snapshots there are, what each knows, how two differ.

It also writes snapshots of one's own, from what was measured here.
"""
