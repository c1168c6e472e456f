"""The parts of the Routing page: the ranking in full, the sweep and the what-ifs.

Nothing here runs a model.
"""
