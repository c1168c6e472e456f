"""Sessions as files to take along: complete ones to bring back, and others to read or to work on.

Every format takes sessions and returns bytes. None of them has a key in it: no turn holds one.
"""
