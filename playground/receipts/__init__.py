"""A turn's receipt: the first choice, who served it, each attempt, and the scores in force.

It is put together from the stored turn alone.
"""
