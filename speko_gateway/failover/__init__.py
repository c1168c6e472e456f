"""One request, one answer: candidates are tried in order until one answers.

Faults of a drill are staged here, in front of the vendor.
"""
