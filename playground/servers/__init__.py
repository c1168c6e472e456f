"""Which server answers: the embedded gateway, the hosted service or another address, and its keys.

It starts the gateway, guards addresses and checks connections; it draws nothing.
"""
