"""A session is a conversation: its turns, the engine that runs them and the store that keeps them.

Every page that asks a server does so by ``asking.run_turn``.
"""
