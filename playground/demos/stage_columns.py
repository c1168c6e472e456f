"""A comparison on the stage: all seats beside each other, and their figures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from playground.chat.turns_html import chips_html
from playground.compare.figures import medals, seat_figures
from playground.compare.seats import Comparison, Seat, messages
from playground.compare.seats_html import figures_html, head_html, medals_html
from playground.demos.runs import DemoRun
from playground.demos.stage_parts import asked_html, brief, intent_html
from playground.look import palette, parts
from playground.look.answer_html import answer_html
from playground.look.growing_answer import growing_html
from playground.sessions.turns import Turn, TurnSettings


def compared_html(run: DemoRun, comparison: Comparison) -> str:
    """The message that is on, with its columns: one picture at a time, for the back of a room."""
    player = run.player
    if not run.live and player.stage in ("before", "typing", "sending"):
        caret = '<span class="dm-caret"></span>' if player.stage == "typing" else ""
        settings = run.script.settings_at(player.place, drills=False)
        asked = asked_html(player.typed, caret) if player.typed or caret else ""
        return _message(settings, asked, comparison, ())
    (*_, last) = messages((*run.turns, *run.live)) or [[]]
    return _message(last[0].settings, asked_html(last[0].message), comparison, last) if last else ""


def seats_html(run: DemoRun, comparison: Comparison) -> str:
    """Every seat's figures over the messages so far, with small bars."""
    if not run.turns:
        return ""
    seats = [(seat, seat_figures(seat.id, run.turns)) for seat in comparison.seats]
    simulated = any(turn.answer.simulated for turn in run.turns)
    figures = figures_html(seats, simulated=simulated, ranges=False)
    return f'<div class="dm-seat-figures">{figures}</div>'


def _message(
    settings: TurnSettings, asked: str, comparison: Comparison, turns: Sequence[Turn]
) -> str:
    head = f'<div class="dm-head">{intent_html(settings)}{asked}</div>'
    return f'<div class="dm-turn">{head}{_columns(comparison, turns)}</div>'


def _columns(comparison: Comparison, turns: Sequence[Turn]) -> str:
    by_seat = {turn.seat: turn for turn in turns}
    ended = [turn for turn in turns if turn.status != "running"]
    said = medals(ended) if len(ended) == len(turns) else {}
    cells = "".join(_cell(seat, by_seat.get(seat.id), said) for seat in comparison.seats)
    return f'<div class="dm-seats">{cells}</div>'


def _cell(seat: Seat, turn: Turn | None, said: dict[str, list[str]]) -> str:
    provider = (turn and turn.answer.provider) or palette.NOBODY
    body = _body(turn, said) if turn is not None else ""
    return (
        f'<div class="dm-seat" role="article" style="border-color:{parts.seat(provider)}">'
        f"{head_html(seat)}{body}</div>"
    )


def _body(turn: Turn, said: dict[str, list[str]]) -> str:
    answer, live = turn.answer, turn.status == "running"
    text = growing_html(answer.text) if live else answer_html(answer.text)
    if live and not answer.text:
        text = '<span class="dm-faint">…</span>'
    failed = ""
    if turn.error is not None:
        failed = f'<div class="dm-failed">{escape(turn.error.message)}</div>'
    # Who it was and how far behind stand above the words: a long answer may leave the picture.
    marks = medals_html(said.get(turn.id, ()))
    if answer.provider:
        marks = f'<div class="dm-marks">{chips_html(brief(turn, timed=False))}{marks}</div>'
    return f'{failed}{marks}<div class="dm-text{" dm-live" if live else ""}">{text}</div>'
