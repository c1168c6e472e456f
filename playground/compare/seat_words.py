"""A seat and its answers in words: its name, what it differs in, what it goes on from. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from playground.compare.seats import Comparison, Seat, Threads, differs, messages, parent_of
from playground.look import palette, words
from playground.servers.pool import option_label
from playground.sessions.turns import Turn, TurnSettings
from speko_client.model_ids import model_name
from speko_client.models import KnownProvider, ScoredCandidate

THREADS: Final[Mapping[Threads, str]] = {
    "own": "Own threads",
    "winner": "The winner's",
    "shared": "All answers",
}
"""What each seat goes on from, as it is chosen."""

_SHORT: Final = {"max_tokens": "max tokens", "optimize_for": "for", "system_prompt": ""}


def asked_then(turn: Turn) -> Seat:
    """Who was asked, as the turn says: the seat itself may be gone."""
    settings = turn.settings
    pin = settings.allowed[0] if len(settings.allowed) == 1 else None
    return Seat(id=turn.seat or "a", pin=pin, what_if=settings.what_if)


def letter(seat_id: str | None) -> str:
    """How a seat is called on the page."""
    return (seat_id or "").upper()


def name(seat: Seat) -> str:
    """Who is asked: ``Router``, ``Router · accuracy``, ``OpenAI gpt-4o``, ``OpenAI``."""
    if seat.pin is not None:
        vendor, _, model = seat.pin.partition(":")
        return palette.label(vendor, model or None)
    if seat.what_if is not None:
        return f"Router · {seat.what_if.name}"
    return f"Router · {seat.optimize_for}" if seat.optimize_for else "Router"


def full_name(seat: Seat) -> str:
    """With its letter: ``A Router``."""
    return f"{letter(seat.id)} {name(seat)}"


def choice_label(seat: Seat, known: Mapping[str, KnownProvider]) -> str:
    """How a seat reads in the list of those who can be asked."""
    if seat.pin is not None:
        return option_label(known[seat.pin]) if seat.pin in known else name(seat)
    if seat.what_if is not None:
        return f"Router · what-if “{seat.what_if.name}”"
    return name(seat) if seat.optimize_for else "Router · by the page's intent"


def predicted(seat: Seat, up_next: ScoredCandidate | None) -> str:
    """Who would answer at a routed seat now; empty where that is plain or not known."""
    if up_next is None or ":" in (seat.pin or ""):
        return ""
    if seat.pin is not None:
        return model_name(up_next.model_id)
    return palette.label(up_next.provider_id, up_next.model_id)


def own_settings(seat: Seat, page: TurnSettings) -> list[str]:
    """What an unlinked seat has set otherwise: ``temperature 0.2``."""
    return [_setting(key, value) for key, value in differs(seat, page).items()]


def _setting(key: str, value: object) -> str:
    if key == "system_prompt":
        return "another system prompt"
    shown = "default" if value is None else value
    return f"{_SHORT.get(key, key)} {shown}"


def state(turn: Turn) -> str:
    """How far an answer is, in a word or two."""
    if turn.status == "done":
        timing = turn.answer.timing
        return words.milliseconds(timing.total_ms) if timing else "answered"
    if turn.status != "running":
        return turn.status
    if turn.answer.text:
        return "answering"
    return "thinking" if turn.answer.reasoning else "waiting"


def goes_on(comparison: Comparison, seat: Seat, turns: Sequence[Turn]) -> str:
    """What this seat's next message follows."""
    if comparison.threads == "shared":
        return "Next: after everybody's answers"
    parent = next((t for t in turns if t.id == parent_of(comparison, seat, turns)), None)
    if comparison.threads == "winner":
        if not winner_is_chosen(comparison, turns) or parent is None:
            return "Next: after the winner's answer"
        return "Next: after this one" if parent.seat == seat.id else f"Next: after {whose(parent)}"
    return "Next: after its own answers"


def went_on(turn: Turn, turns: Sequence[Turn]) -> str:
    """What of the answers before it this one was asked after; empty where it was the first.

    Older versions did not store it; then only another seat's answer shows.
    """
    parent = next((each for each in turns if each.id == turn.parent_id), None)
    if parent is None or parent.seat is None:
        return ""
    if turn.threads == "shared":
        return "After all answers"
    if parent.seat != turn.seat:
        return f"After {whose(parent)}"
    return {"winner": "After its own, the winner", "own": "Own thread"}.get(turn.threads or "", "")


def whose(turn: Turn) -> str:
    """``B's answer``."""
    return f"{letter(turn.seat)}'s answer" if turn.seat else "the answer in the chat"


def winner_is_chosen(comparison: Comparison, turns: Sequence[Turn]) -> bool:
    """Whether the winner is among the answers to the last message."""
    last = messages(turns)[-1:]
    return any(turn.id == comparison.winner for group in last for turn in group)
