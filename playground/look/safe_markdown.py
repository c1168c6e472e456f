"""A model's words, and a person's, made safe to draw as markdown.

Three things go wrong with raw model output: ``$2 and $3`` is read as a formula, an image's address
is fetched by the browser (which can carry data out), and a code fence left open in mid-stream
swallows what follows.
"""

from __future__ import annotations

import re

_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
_CODE = re.compile(r"(```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`)", re.DOTALL)
_IMAGE = re.compile(r"!+(?=\[)")
_MARKUP = re.compile(r"[\\`*_\[\]()#$:!<>~|{}]")
_DOLLAR = re.compile(r"(?<!\\)\$")


def safe_markdown(text: str) -> str:
    """``text`` with dollars escaped and images turned into links; code is left as it is."""
    parts = _CODE.split(text)
    parts[::2] = [_DOLLAR.sub(r"\\$", _IMAGE.sub("", part)) for part in parts[::2]]
    return "".join(parts)


def literal(text: str) -> str:
    """``text`` shown exactly as it is: what a person typed is not markdown."""
    return _MARKUP.sub(r"\\\g<0>", text)


def safe_partial(text: str) -> str:
    """``safe_markdown`` for a text still arriving: an open code fence is closed."""
    fences = _FENCE.findall(text)
    closing = f"\n{fences[-1]}" if len(fences) % 2 else ""
    return safe_markdown(text + closing)
