"""How long and how often: the limits of one request, settable by flag or by environment.

Each has a flag (``--limit-first-token``) and a variable (``SPEKO_LIMIT_FIRST_TOKEN``); the flag
wins. A limit that makes no sense stops the start with an error that names it: a gateway that
waits forever in silence is worse than one that does not start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import NamedTuple

from speko_gateway.errors import SetupError

LONGEST = 86_400.0
"""Seconds; a day. Longer is a typing error."""
MOST_ATTEMPTS = 100


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how often, in seconds and attempts.

    ``connect`` bounds the way to a vendor, ``first_token`` and ``idle`` the waits before and
    between events, ``whole`` the wait for an answer that comes in one piece, ``answer`` one whole
    attempt, ``deadline`` all attempts together.
    """

    connect: float = 5.0
    first_token: float = 20.0
    whole: float = 90.0
    idle: float = 20.0
    answer: float = 120.0
    deadline: float = 180.0
    attempts: int = 10


class Setting(NamedTuple):
    """One limit as people set it."""

    field: str
    help: str

    @property
    def flag(self) -> str:
        """On the command line."""
        return f"--limit-{self.field.replace('_', '-')}"

    @property
    def destination(self) -> str:
        """The flag's name among the parsed ones."""
        return f"limit_{self.field}"

    @property
    def variable(self) -> str:
        """In the environment."""
        return f"SPEKO_LIMIT_{self.field.upper()}"


SETTINGS = (
    Setting("connect", "seconds to reach a vendor, TLS included"),
    Setting("first_token", "seconds a candidate may take to its first word"),
    Setting("whole", "seconds to an answer in one piece, for callers who do not stream"),
    Setting("idle", "seconds of silence within an answer"),
    Setting("answer", "seconds for one candidate's whole answer"),
    Setting("deadline", "seconds for one request, all its attempts together"),
    Setting("attempts", "most candidates tried for one request"),
)

DEFAULTS = {each.name: each.default for each in fields(Limits)}


def read_limits(flags: Mapping[str, str | None], environment: Mapping[str, str]) -> Limits:
    """The limits of these flags (by destination; None where not given) and this environment.

    Raises SetupError.
    """
    chosen: dict[str, float] = {}
    for setting in SETTINGS:
        given = flags.get(setting.destination)
        if given is not None:
            chosen[setting.field] = _value(setting.field, setting.flag, given)
        elif in_environment := environment.get(setting.variable, "").strip():
            chosen[setting.field] = _value(setting.field, setting.variable, in_environment)
    return Limits(**chosen)  # type: ignore[arg-type]  # attempts are whole, see _value


def _value(field: str, name: str, text: str) -> float:
    value = _read_attempts(text) if field == "attempts" else _read_seconds(text)
    if value is None:
        wanted = (
            f"a whole number from 1 to {MOST_ATTEMPTS}"
            if field == "attempts"
            else f"seconds above 0 and at most {LONGEST:g}"
        )
        raise SetupError(f"{name} is {text!r}. It takes {wanted}, such as {DEFAULTS[field]:g}.")
    return value


def _read_attempts(text: str) -> int | None:
    # isascii: isdecimal accepts other digits too, which nobody means.
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    return found if 1 <= found <= MOST_ATTEMPTS else None


def _read_seconds(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 < found <= LONGEST else None
