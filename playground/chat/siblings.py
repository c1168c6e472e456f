"""What one turn was asked otherwise than another at the same place, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from playground.look import palette, words
from playground.sessions.turns import Turn, TurnSettings

_NAMES: Final = {
    "language": "language",
    "vertical": "vertical",
    "region": "region",
    "optimize_for": "optimised for",
    "temperature": "temperature",
    "max_tokens": "max tokens",
}
"""The settings that are told as one value instead of another."""

_UNSET: Final = {"vertical": "none", "region": words.REGIONS["global"]}


def answered_by(turn: Turn) -> str:
    """Who answered: ``OpenAI gpt-4o``; ``nobody`` where nobody did."""
    answer = turn.answer
    return palette.label(answer.provider, answer.model) if answer.provider else "nobody"


def differences(turn: Turn, before: Turn) -> list[str]:
    """What this turn has otherwise: ``Anthropic instead of OpenAI``, ``temperature 0.2 instead
    of 0.7``; the provider first, then its settings. Empty where it was the same all over."""
    return [
        *_provider(turn, before),
        *(["another message"] if turn.message != before.message else []),
        *_values(turn.settings, before.settings),
        *_others(turn, before),
    ]


def _provider(turn: Turn, before: Turn) -> Iterator[str]:
    one, other = turn.answer, before.answer
    if not one.provider or not other.provider:
        return
    if one.provider != other.provider:
        names = (palette.display_name(each) for each in (one.provider, other.provider))
        yield " instead of ".join(names)
    elif one.model != other.model:
        yield f"{answered_by(turn)} instead of {other.model}"


def _values(one: TurnSettings, other: TurnSettings) -> Iterator[str]:
    for field, name in _NAMES.items():
        new, old = getattr(one, field), getattr(other, field)
        if new != old:
            yield f"{name} {_shown(field, new)} instead of {_shown(field, old)}"


def _shown(field: str, value: object) -> str:
    if value is None:
        return _UNSET.get(field, "the default")
    if field == "region":
        return words.REGIONS.get(str(value), str(value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def _others(turn: Turn, before: Turn) -> Iterator[str]:
    one, other = turn.settings, before.settings
    if one.system_prompt != other.system_prompt:
        yield "another system prompt" if one.system_prompt else "no system prompt"
    if one.allowed != other.allowed:
        yield f"only {', '.join(map(_named, one.allowed))}" if one.allowed else "everyone allowed"
    if one.what_if != other.what_if:
        yield f"what-if “{one.what_if.name}”" if one.what_if else "no what-if"
    if turn.drilled != before.drilled:
        yield "under a drill" if turn.drilled else "without the drill"


def _named(allowed: str) -> str:
    vendor, _, model = allowed.partition(":")
    return palette.label(vendor, model or None)
