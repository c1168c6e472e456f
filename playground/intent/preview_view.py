"""The ranking for the form as it stands, a preview that runs no model, and its panel as HTML.

Remembered for a few seconds, failures too: a server that is slow to say no must not slow down
every click. The panel is small enough for a sidebar, and one piece, for it is
drawn again with every change of the intent. On a narrow screen only the winner shows; the rest
unfolds. Everything from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from http import HTTPStatus
from typing import Final

from playground.connections.facts_view import remembered, who_asks
from playground.found import Found
from playground.intent.figure_sources import snapshot_words
from playground.look import palette, parts, words
from playground.runtime import Runtime
from playground.servers.connection import Connection
from playground.servers.pool import candidates, covers, reasons
from playground.sessions.asking import preview_arguments, ranking_now
from playground.sessions.turns import TurnSettings
from speko_client.errors import SpekoApiError
from speko_client.models import RoutingPreview, ScoredCandidate

SHOWN: Final = 5
"""So many candidates are drawn; the rest is a number."""

_SECONDS = 4


def preview(runtime: Runtime, connection: Connection, form: TurnSettings) -> Found[RoutingPreview]:
    """The ranking by the form's intent, allow-list and what-if, or why there is none."""
    question = ("preview", *who_asks(connection), repr(preview_arguments(connection, form)))
    return remembered(runtime).answer(question, _SECONDS, lambda: _ask(runtime, connection, form))


def _ask(runtime: Runtime, connection: Connection, form: TurnSettings) -> Found[RoutingPreview]:
    try:
        with runtime.client(connection) as client:
            return Found(ranking_now(client, connection, form))
    except SpekoApiError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return Found(problem="This server has no routing preview.")
        return Found(problem=f"No preview now: {connection.redact(error.message)}")


def panel_html(ranking: RoutingPreview, *, down: Collection[str] = ()) -> str:
    """The panel; ``down`` are the candidates (``vendor`` or ``vendor:model``) that are down.

    Those in front that are down are tried first and struck out; the first that is up stands out.
    """
    ranked = candidates(ranking)
    if not ranked:
        return _panel("Nobody would answer", _filtered_out(ranking, opened=True) + _scores(ranking))
    up = first_up(ranked, down)
    lead = 0 if up is None else up
    shown = ranked[: max(SHOWN, lead + 1)]
    rows = [_ranked(each, ranking, down, first=each is ranked[lead]) for each in shown]
    if more := len(ranked) - len(shown):
        rows.append(f'<div class="preview-more sp-quiet">{more} more are behind</div>')
    rest = "".join(rows[lead + 1 :]) + _notes(ranking.notes or ())
    rest += _filtered_out(ranking) + _scores(ranking)
    head = "Everyone is down" if up is None else "Would step in now" if up else "Would answer now"
    return _panel(
        head,
        f'{"".join(rows[: lead + 1])}<div class="preview-wide">{rest}</div>'
        f'<div class="preview-narrow">{parts.folded("Who is behind", rest)}</div>',
        ranked[lead],
        _chips(ranking, ranked[lead]),
    )


def first_up(ranked: Sequence[ScoredCandidate], down: Collection[str]) -> int | None:
    """The place of the first candidate that is not down."""
    return next((place for place, each in enumerate(ranked) if not _is_in(each, down)), None)


def quiet_html(line: str) -> str:
    """The panel where there is no ranking: one line that says why."""
    return f'<div class="preview preview-none">{escape(line)}</div>'


def _panel(head: str, html: str, winner: ScoredCandidate | None = None, chips: str = "") -> str:
    name = words.candidate(winner.provider_id, winner.model_id) if winner else ""
    return (
        f'<div class="preview" data-winner="{escape(name)}"><div class="preview-head">'
        f"<span>{head}</span><span>{chips}</span></div>{html}</div>"
    )


def _ranked(
    each: ScoredCandidate, ranking: RoutingPreview, down: Collection[str], *, first: bool
) -> str:
    name = palette.label(each.provider_id, each.model_id)
    is_down = _is_in(each, down)
    classes = f"{' preview-first' if first else ''}{' preview-down' if is_down else ''}"
    note = " (down: the next one steps in)" if is_down else ""
    # Without weights it is another server's ranking, which has scores only.
    unscored = each.axes is None and ranking.weights is not None
    score = "–" if unscored else f"{each.score:.2f}"
    bar = parts.bar([(0.0 if unscored else each.score, parts.seat(each.provider_id))])
    return (
        f'<div class="preview-row{classes}" title="{escape(name)}{note}">'
        f"{parts.mark(each.provider_id)}{parts.name(name)}"
        f'<span class="sp-score">{score}</span>{bar}</div>'
    )


def _is_in(each: ScoredCandidate, entries: Collection[str]) -> bool:
    return covers(entries, each.provider_id, each.model_id)


def _chips(ranking: RoutingPreview, winner: ScoredCandidate) -> str:
    is_tried = ranking.snapshot is not None and ranking.snapshot.what_if
    tried = parts.chip("what-if", "what-if") if is_tried else ""
    return tried + (parts.source_chip("simulated") if winner.kind == "simulated" else "")


def _notes(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    lines = "".join(f'<div class="sp-reason">{escape(note)}</div>' for note in notes)
    return parts.folded(words.counted(len(notes), "note"), lines)


def _filtered_out(ranking: RoutingPreview, *, opened: bool = False) -> str:
    return parts.filtered_out(reasons(ranking.filtered_out or ()), opened=opened)


def _scores(ranking: RoutingPreview) -> str:
    snapshot = ranking.snapshot
    if snapshot is None:
        return ""
    source, label = escape(snapshot_words(snapshot)), parts.real_link(snapshot.label)
    return f'<div class="sp-name sp-quiet" title="{source}">{label}</div>'
