"""What became of one check of one answer. Pure."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class CheckResult(BaseModel):
    """What became of one check. ``passed`` None: it could not be decided, and ``detail`` says why.

    ``name`` is a short clause ("contains “42”").
    """

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    name: str
    passed: bool | None
    detail: str = ""
