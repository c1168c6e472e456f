"""Makes ``speko_client/client.py`` from ``async_client.py``: ``make sync-client``.

A test fails where the two differ, so only one of them is written by hand.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

CLIENT = Path(__file__).parent.parent / "speko_client"
SOURCE, TARGET = CLIENT / "async_client.py", CLIENT / "client.py"

HEAD = '''"""``Speko`` and its streamed answer: ``async_client.py`` without ``await``.

Made from it by ``make sync-client``; change that file, and never this one.
"""
'''

RULES = (
    (r'\A""".*?"""\n', HEAD),
    (r"\bAsyncGenerator\[(\w+), None\]", r"Generator[\1, None, None]"),
    (r"\bAwaitable\[([\w.]+)\]", r"\1"),
    (r"\bAsync(?=[A-Z])", ""),
    (r"\b(async|await) ", ""),
    (r"\b__a(enter|exit|iter|next)__", r"__\1__"),
    (r"\ba(close|closing|iter_raw|next)\b", r"\1"),
    (r"\basync_(http|until)\b", r"\1"),
    (r"\basyncio\b", "time"),
    (r"\n    close = close\n", ""),
)

# Unused imports go, the others are sorted, and what fits one line or one `with` now stands there.
TIDY = (("check", "--quiet", "--fix-only", "--select", "F401,I,SIM117"), ("format", "--quiet"))


def sync_client() -> str:
    """The sync client's source, as it should be now."""
    text = SOURCE.read_text(encoding="utf-8")
    for pattern, replacement in RULES:
        text = re.sub(pattern, replacement, text, flags=re.DOTALL)
    for command in TIDY:
        ruff = [sys.executable, "-m", "ruff", *command, "--stdin-filename", str(TARGET), "-"]
        text = subprocess.run(ruff, input=text, capture_output=True, text=True, check=True).stdout  # noqa: S603
    return text


if __name__ == "__main__":
    TARGET.write_text(sync_client(), encoding="utf-8")
