"""A drill stages faults on purpose; "Simulate an outage of" is its shortest form.

One drill is on per browser tab, and a banner on every page says so.
"""
