"""What single models take: reasoning efforts and temperature, by the model's name.

Vendors refuse a whole request for one parameter that a model does not know. Such a parameter is
left out or changed to the nearest value, and a note says so. Rules are the vendors' own
(their API references and error answers, November 2026); the first pattern that fits decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from speko_client.models import ReasoningEffort
from speko_gateway.providers.vendors.catalogue import EFFORTS


class Sampling(Enum):
    """When a model takes a temperature."""

    FREE = auto()
    FIXED = auto()
    WITHOUT_REASONING = auto()
    """Only where the effort ``none`` is asked for."""
    UNLESS_REASONING = auto()
    """Also where no effort is asked for: the model does not reason by itself."""


@dataclass(frozen=True, slots=True)
class Traits:
    """One family of models of the ``openai`` dialect. No efforts: the vendor's row decides.

    ``tools_silence_reasoning``: chat completions take tools only with the effort ``none``.
    """

    pattern: re.Pattern[str]
    efforts: tuple[ReasoningEffort, ...] = ()
    sampling: Sampling = Sampling.FREE
    tools_silence_reasoning: bool = False


def _traits(
    pattern: str,
    efforts: str,
    sampling: Sampling = Sampling.FREE,
    *,
    tools_silence_reasoning: bool = False,
) -> Traits:
    known = tuple(effort for effort in EFFORTS if effort in efforts.split())
    return Traits(re.compile(pattern), known, sampling, tools_silence_reasoning)


_FAMILIES = (
    _traits(r"gpt-6-astra|gpt-6\.1", "low medium high xhigh", Sampling.FIXED),
    _traits(
        r"gpt-6|gpt-5\.[6-9]",
        "none low medium high xhigh",
        Sampling.WITHOUT_REASONING,
        tools_silence_reasoning=True,
    ),
    _traits(r"gpt-5[\d.]*-chat", ""),
    _traits(r"gpt-5\.5", "none low medium high xhigh", Sampling.WITHOUT_REASONING),
    _traits(r"gpt-5\.[2-4]", "none low medium high xhigh", Sampling.UNLESS_REASONING),
    _traits(r"gpt-5\.1", "none low medium high", Sampling.UNLESS_REASONING),
    _traits(r"gpt-5-pro", "high", Sampling.FIXED),
    _traits(r"gpt-5", "minimal low medium high", Sampling.FIXED),
    _traits(r"o\d", "low medium high", Sampling.FIXED),
    _traits(r"gpt-oss", "low medium high"),
    _traits(r"grok-3-mini", "low high"),
    _traits(r"grok-4\.3", "none low medium high"),
    _traits(r"grok-4\.[5-9]", "low medium high"),
    _traits(r"mistral-(small|medium)", "none high"),
)
_UNKNOWN = Traits(re.compile(""))


def traits_of(model: str) -> Traits:
    """The family of ``model``; a path before its name (``openai/gpt-5``) does not count."""
    name = model.lower().rsplit("/", 1)[-1]
    return next((family for family in _FAMILIES if family.pattern.match(name)), _UNKNOWN)


def nearest_effort(
    asked: ReasoningEffort, known: tuple[ReasoningEffort, ...]
) -> ReasoningEffort | None:
    """The weakest known effort that is at least what was asked, else the strongest there is."""
    enough = (effort for effort in known if EFFORTS.index(effort) >= EFFORTS.index(asked))
    return next(enough, known[-1] if known else None)


def effort_note(model: str, asked: str, sent: str | None) -> str:
    """The note where ``sent`` is not what was ``asked``."""
    if sent is None:
        return f"{model} takes no reasoning effort; it was left out."
    return f"{model} does not know the reasoning effort {asked}; {sent} was asked for instead."


def temperature_note(model: str) -> str:
    """The note where the temperature was left out."""
    return f"{model} takes no temperature here; it was left out."
