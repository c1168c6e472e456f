"""The parts of the Chat page: the conversation, its form, its message box.

``chat.py`` says what is shown and what can be done.
"""
