"""The form: language, vertical, preset, region and providers allowed, the same on each page.

Its preview shows who would answer.
"""
