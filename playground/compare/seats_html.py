"""A column's head, the tabs of a narrow screen, and the figures side by side, as HTML. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Final

from playground.compare.figures import SeatFigures, Spread
from playground.compare.seat_words import letter, name
from playground.compare.seats import Seat
from playground.look import parts, words
from playground.sessions.turns import Turn

_FIRST: Final = ("first", "cheapest")
_FIGURES: Final[
    tuple[tuple[str, Callable[[SeatFigures], Spread | None], Callable[[float], str]], ...]
] = (
    ("First token", lambda seen: seen.ttft_ms, words.milliseconds),
    ("Total", lambda seen: seen.total_ms, words.milliseconds),
    ("Tokens", lambda seen: seen.tokens, lambda value: f"{value:,.0f}"),
    ("Cost, estimated", lambda seen: seen.cost_usd, words.dollars),
)


def head_html(seat: Seat, notes: Iterable[str] = ()) -> str:
    """Whose column this is; ``notes`` say what is different about it."""
    chips = "".join(parts.chip(note, "info") for note in notes)
    return (
        f'<div class="compare-head"><span class="compare-letter">{letter(seat.id)}</span>'
        f"{_mark(seat)}<h2>{escape(name(seat))}</h2>{chips}</div>"
    )


def below_html(up_next: str, differs: Sequence[str], missing: str) -> str:
    """What stands below a seat's name: who would answer, what it has set otherwise, what is wrong.

    Both rows are always there, so that the line keeps its height.
    """
    said = [f"→ {up_next}" if up_next else "", *differs]
    if missing:
        said = [f"not asked: {missing}"]
    tone = " sp-bad" if missing else ""
    text = escape(" · ".join(filter(None, said))) or "&nbsp;"
    return f'<div class="compare-below{tone}">{text}</div>'


def tabs_html(seats: Sequence[tuple[Seat, str]]) -> str:
    """A button for each seat, with its state; the browser brings its column into view."""
    buttons = "".join(
        f'<button type="button" data-seat="{seat.id}"><b>{letter(seat.id)}</b> '
        f"{escape(name(seat))}<small>{escape(state)}</small></button>"
        for seat, state in seats
    )
    return f'<div class="compare-tabs" role="group" aria-label="Seats">{buttons}</div>'


def medals_html(said: Sequence[str]) -> str:
    """First at what, and behind by how much at the rest."""
    marks = [parts.chip(text, "good" if text.startswith(_FIRST) else "") for text in said]
    return parts.chips(marks, "Beside the others") if marks else ""


def copy_html(turn: Turn, whose: str) -> str:
    """A button that copies the answer as it was written."""
    text, label = escape(turn.answer.text), escape(f"Copy {whose}")
    attributes = f'class="sp-copy" data-text="{text}" aria-label="{label}"'
    return f'<button type="button" {attributes}>Copy</button>'


def figures_html(
    seats: Sequence[tuple[Seat, SeatFigures]], *, simulated: bool, ranges: bool = True
) -> str:
    """All seats over all messages: medians with a bar each, and the range where there are more.

    Without ``ranges`` it is shorter, for a projector.
    """
    heads = "".join(f'<th scope="col">{escape(title)}</th>' for title, _, _ in _FIGURES)
    most = [_most(seats, of) for _, of, _ in _FIGURES]
    rows = "".join(_row(seat, seen, most, ranges=ranges) for seat, seen in seats)
    return (
        '<table class="compare-figures"><thead><tr><th scope="col">Seat</th>'
        f'<th scope="col">Answered</th>{heads}<th scope="col">Failovers</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{_caption(seats, simulated=simulated, ranges=ranges)}"
    )


def _row(seat: Seat, seen: SeatFigures, most: Sequence[float], *, ranges: bool) -> str:
    who = f"<b>{letter(seat.id)}</b> {_mark(seat)}{parts.name(name(seat))}"
    cells = "".join(
        f'<td data-label="{escape(title)}">{_cell(of(seen), top, say, ranges=ranges)}</td>'
        for (title, of, say), top in zip(_FIGURES, most, strict=True)
    )
    return (
        f'<tr><th scope="row">{who}</th><td data-label="Answered">{seen.answered} of {seen.asked}'
        f'</td>{cells}<td data-label="Failovers">{seen.failovers}</td></tr>'
    )


def _cell(spread: Spread | None, most: float, say: Callable[[float], str], *, ranges: bool) -> str:
    if spread is None:
        return "–"
    more = ""
    if ranges and spread.low < spread.high:
        more = f"<small>{say(spread.low)} to {say(spread.high)}</small>"
    share = spread.middle / most if most else 0.0
    return f"<span>{say(spread.middle)}</span>{parts.bar([(share, 'var(--compare-bar)')])}{more}"


def _most(
    seats: Sequence[tuple[Seat, SeatFigures]], of: Callable[[SeatFigures], Spread | None]
) -> float:
    return max((spread.middle for _, seen in seats if (spread := of(seen))), default=0.0)


def _caption(seats: Sequence[tuple[Seat, SeatFigures]], *, simulated: bool, ranges: bool) -> str:
    several = max((seen.asked for _, seen in seats), default=0) > 1
    medians = f"Medians over the messages{', with their range' if ranges else ''}."
    said = [medians if several else ""]
    is_short = any(seen.answered < seen.asked for _, seen in seats)
    said += ["Failed and stopped answers have no figures." if is_short else ""]
    label = parts.real_link("Simulated vendors: their times and prices are illustrative.")
    note = escape(" ".join(filter(None, said)))
    return f'<p class="compare-note">{note} {label if simulated else ""}</p>'


def _mark(seat: Seat) -> str:
    if seat.pin is None:
        return '<span class="compare-router" aria-hidden="true">⇄</span>'
    return parts.mark(seat.pin.partition(":")[0])
