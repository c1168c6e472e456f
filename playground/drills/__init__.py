"""A drill stages faults on purpose; "Simulate an outage" is its shortest form.

One drill is on per browser session, and a banner on every page says so.
"""
