"""What travels between client and server: models of requests, answers and events.

``speko_client.models`` has all of them in one place.
"""
