"""How long a test waits for what is bound to come.

Waiting ends as soon as it has come, so long patience costs nothing when all is well; and on a busy
machine everything is slow. No test may tell good from bad by how long something took.
"""

from __future__ import annotations

from typing import Final

PATIENCE: Final = 120.0
"""Seconds."""
