"""Sessions that anybody with a link can read on this server: frozen, listed, and revoked at will.

A share is a page as it was when it was made, and stays so. Its link cannot be guessed, and is shown
once: the store has only its hash.
"""
