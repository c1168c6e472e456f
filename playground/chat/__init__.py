"""The parts of the Chat page: the conversation, its form, its message box.

``chat_view.py`` says what is shown and what can be done.
"""
