"""A turn's receipt: what was predicted, who served it, each attempt, and the scores in force.

It is put together from the stored turn alone.
"""
