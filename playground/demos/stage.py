"""What a projector shows of a demo: its HTML and its two figures. Pure.

The figures are those of two Analytics cards, large enough for
the back of a room; both axes are as long as the script from the start, so that a session is seen to
grow into them. Everything from outside is escaped.
"""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Final

from playground.analytics import latency, timeline
from playground.analytics.turn_figures import shade_drills
from playground.chat.turns_html import chips_html
from playground.demos.captions import caption
from playground.demos.player import Player
from playground.demos.runs import DemoRun
from playground.demos.stage_columns import compared_html, seats_html
from playground.demos.stage_parts import asked_html, brief, intent_html
from playground.drills.words import KINDS, target_name
from playground.look import palette, parts, words
from playground.look.answer_html import answer_html
from playground.look.figures import Theme
from playground.look.growing_answer import growing_html
from playground.sessions.totals import session_totals
from playground.sessions.turns import Turn
from speko_client.models import Fault

if TYPE_CHECKING:
    import plotly.graph_objects as go

SKIPPED: Final = "This server takes no drills: the faults of the script are left out."
_SAID_WITHOUT_IS = {"stall", "empty", "break"}
FONT_SIZE: Final = 20
_LOOK: Final = timeline.Look(
    mark=26, cross=16, stroke=7, join=4, ring=38, step=0, amber_crosses=True
)


def talk_html(run: DemoRun) -> str:
    """The conversation so far, with the newest turn in view at the bottom."""
    if run.comparison is not None:
        opening = "" if run.turns or run.live else _opening(run)
        columns = f'<div class="dm-slide">{opening}{compared_html(run, run.comparison)}</div>'
        return f'<div class="dm-left">{_drill(run)}{columns}{seats_html(run, run.comparison)}</div>'
    player = run.player
    turns = [_turn_html(turn) for turn in (*run.turns, *run.live)]
    if not run.live and player.stage in ("before", "typing", "sending"):
        caret = '<span class="dm-caret"></span>' if player.stage == "typing" else ""
        intent = intent_html(run.script.settings_at(player.place, drills=False))
        ask = asked_html(player.typed, caret) if player.typed or caret else ""
        turns.append(f'<div class="dm-turn" role="article">{intent}{ask}</div>')
    talk = f"{_opening(run)}{''.join(turns)}"
    talk = f'<div class="dm-talk" tabindex="0"><div>{talk}</div></div>'
    return f'<div class="dm-left">{_drill(run)}{talk}</div>'


def caption_html(run: DemoRun) -> str:
    """The line at the bottom, and how far the demo is."""
    player = run.player
    text = escape(caption(run))
    tone = " dm-problem" if player.stage == "failed" else ""
    notes = [SKIPPED] if run.skips_faults else []
    notes += [f"Not saved: {run.not_saved}"] if run.not_saved else []
    line = f'<div class="dm-caption{tone}" role="status" aria-label="Caption">{text}</div>'
    return line + "".join(f'<div class="dm-note">{escape(note)}</div>' for note in notes)


def progress_html(player: Player) -> str:
    """A dot for each turn, and the same in words."""
    at = len(player.script.turns) if player.stage == "over" else player.place
    dots = "".join(
        f'<i class="{"dm-done" if place < at else "dm-now" if place == at else ""}"></i>'
        for place in range(len(player.script.turns))
    )
    count = f"{min(at + 1, len(player.script.turns))} of {len(player.script.turns)}"
    state = {"over": "the end", "stopped": "stopped"}.get(player.stage, "")
    state = state or ("" if player.playing else "paused")
    words = f"{count}, {state}" if state else count
    marks = f'<span class="dm-dots" aria-hidden="true">{dots}</span>'
    return f'<div class="dm-progress" role="group" aria-label="Progress">{marks}{words}</div>'


def figures_html(turns: Sequence[Turn], length: int) -> str:
    """The session in four numbers, and each provider's share of it."""
    totals = session_totals(turns)
    times = [t.answer.timing.ttft_ms for t in turns if t.answer.timing and t.answer.timing.ttft_ms]
    served = Counter(turn.answer.provider for turn in turns if turn.answer.provider)
    tiles = {
        "answers": f"{totals.answered} of {length}",
        "providers": str(len(served)),
        "failovers": str(totals.failovers),
        "to first words, median": words.milliseconds(statistics.median(times)) if times else "–",
    }
    cells = "".join(
        f'<div class="{"dm-over" if name == "failovers" and totals.failovers else ""}">'
        f"<b>{value}</b><span>{name}</span></div>"
        for name, value in tiles.items()
    )
    return f'<div class="dm-tiles" role="group" aria-label="Figures">{cells}</div>{_shares(served)}'


def chart_title_html(title: str, turns: Sequence[Turn]) -> str:
    """A chart's title, and whether its figures are simulated."""
    count = sum(turn.answer.simulated for turn in turns)
    share = "all simulated" if count == len(turns) else f"{count} simulated"
    note = f' <span class="dm-faint">{parts.real_link(share)}</span>' if count else ""
    return f'<div class="dm-title">{escape(title)}{note}</div>'


def faults_line(faults: Sequence[Fault]) -> str:
    """The drill that is on: ``OpenAI is down, Google is rate limited``."""
    return ", ".join(map(_fault, faults))


def demo_figures(turns: Sequence[Turn], length: int, theme: Theme) -> tuple[go.Figure, go.Figure]:
    """Who answered which turn, and below it how fast; ``length`` is the script's."""
    who, speed = _who(turns, length, theme), _speed(turns, length, theme)
    left = 24 + 10 * max([6, *map(len, who.layout.yaxis.categoryarray)])
    drilled = [turn.number for turn in turns if turn.drilled]
    for figure in (who, speed):
        shade_drills(figure, drilled, theme)
        figure.update_layout(font_size=FONT_SIZE, hoverlabel_font_size=FONT_SIZE, margin_l=left)
        figure.update_annotations(font_size=FONT_SIZE - 2)
        figure.update_yaxes(automargin=False)
        figure.update_xaxes(dtick=1, tickmode="linear", tick0=1, title_font_size=FONT_SIZE)
    return who, speed


def _turn_html(turn: Turn) -> str:
    answer = turn.answer
    seat = parts.seat(answer.provider or palette.NOBODY)
    live = turn.status == "running"
    text = growing_html(answer.text) if live else answer_html(answer.text)
    if live and not answer.text:
        text = '<span class="dm-faint">…</span>'
    chips = chips_html(brief(turn)) if answer.provider else ""
    return (
        f'<div class="dm-turn" role="article">{intent_html(turn.settings)}'
        f"{asked_html(turn.message)}"
        f'<div class="dm-answer" style="border-color:{seat}">'
        f'<div class="dm-text{" dm-live" if live else ""}">{text}</div>{chips}</div></div>'
    )


def _opening(run: DemoRun) -> str:
    return f"<h1>{escape(run.script.title)}</h1><p>{escape(run.script.description)}</p>"


def _drill(run: DemoRun) -> str:
    player = run.player
    faults = () if run.skips_faults or player.ended else player.script.faults_at(player.place)
    if not faults:
        return ""
    return f'<div class="dm-drill">Drill: {escape(faults_line(faults))}</div>'


def _shares(served: Counter[str]) -> str:
    shares = "".join(
        f'<span style="flex-grow:{count};{parts.on_seat(name)}">'
        f"{escape(palette.display_name(name))} {count}</span>"
        for name, count in served.most_common()
    )
    return f'<div class="dm-shares">{shares}</div>'


def _fault(fault: Fault) -> str:
    verb = "" if fault.kind in _SAID_WITHOUT_IS else "is "
    return f"{target_name(fault.target)} {verb}{KINDS[fault.kind].clause}"


def _who(turns: Sequence[Turn], length: int, theme: Theme) -> go.Figure:
    figure = timeline.figure(timeline.frame(turns), length, theme, _LOOK)
    # By name: a lane stays above the same neighbours while the demo goes on.
    lanes = sorted(figure.layout.yaxis.categoryarray)
    figure.update_layout(height=50 + 42 * max(len(lanes), 3), margin_b=24)
    figure.update_yaxes(categoryarray=lanes, autorange=False, range=[len(lanes) - 0.5, -0.5])
    return figure.update_xaxes(title=None)


def _speed(turns: Sequence[Turn], length: int, theme: Theme) -> go.Figure:
    figure = latency.figure(latency.frame(turns), length, theme)
    figure.update_layout(height=200, showlegend=False, margin_b=44)
    figure.update_traces(marker_size=16, error_y_thickness=3, error_y_width=7)
    return figure.update_yaxes(nticks=4)
