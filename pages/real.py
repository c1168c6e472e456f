"""The page that says what is real here, and what is simulated, scripted or estimated."""

from __future__ import annotations

from playground.real.real_view import real_page
from playground.runtime import get_runtime

real_page(get_runtime())
