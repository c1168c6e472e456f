"""Evaluate: the same cases asked of several arms, each answer checked, and what may be said of it.

A run can be replayed by other weights without a call, and made into scores to route by.
"""
