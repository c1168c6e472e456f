"""The gateway's HTTP: routes, authentication, answers as JSON or as a stream, log and metrics.

Nothing below it knows of HTTP callers.
"""
