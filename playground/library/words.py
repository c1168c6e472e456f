"""What the list says of a session, as text and HTML. Pure."""

from __future__ import annotations

from datetime import datetime, tzinfo
from html import escape
from typing import Final

from playground.library.hits import Piece, Snippet
from playground.library.selection import Selection
from playground.library.shelf import MOST_COUNTED, Listed, ShelfPage
from playground.look import palette
from playground.look.parts import chip, chips, mark
from playground.look.safe_text import literal
from playground.look.times import when
from playground.look.words import counted, dollars
from playground.sessions.loaded import ConversationSummary
from playground.sessions.origins import tool_name

MOST_TITLE: Final = 80
"""So many characters of a title are shown in a row."""

_MARKS_SHOWN: Final = 6


def title_of(session: ConversationSummary) -> str:
    """The title in one line, shortened."""
    line = " ".join(session.title.split()) or "Untitled"
    return line if len(line) <= MOST_TITLE else f"{line[: MOST_TITLE - 1].rstrip()}…"


def figures_html(listed: Listed, now: datetime, zone: tzinfo) -> str:
    """When, how many turns, who answered, tokens and cost, and the labels of a session."""
    session = listed.session
    facts = [when(session.updated_at, now, zone), counted(session.turn_count, "turn")]
    if session.tokens_in is not None or session.tokens_out is not None:
        facts.append(counted((session.tokens_in or 0) + (session.tokens_out or 0), "token"))
    if session.cost_usd is not None:
        facts.append(f"{dollars(session.cost_usd)} estimated")
    line = "".join(f"<span>{escape(fact)}</span>" for fact in facts)
    return (
        f'<div class="library-figures sp-inline">{_providers(listed)}{line}{_labels(session)}</div>'
    )


def snippet_markdown(snippet: Snippet) -> str:
    """What a turn says, with the words that were looked for in bold."""
    said = "".join(map(_piece, snippet.pieces)).strip()
    by = f"{literal(palette.display_name(snippet.said_by))}: " if snippet.said_by else ""
    return by + said


def count_words(page: ShelfPage, selection: Selection) -> str:
    """How many sessions are listed: ``12 sessions``, ``500+ sessions in the bin``."""
    count = page.count
    some = f"{MOST_COUNTED}+ sessions" if count > MOST_COUNTED else counted(count, "session")
    place = {"library": "", "archive": " in the archive", "bin": " in the bin"}[selection.place]
    found = " found" if selection.query.strip() or selection.filters else ""
    return f"{some}{place}{found}"


def _providers(listed: Listed) -> str:
    providers = () if listed.blind else listed.providers
    if not providers:
        return ""
    names = ", ".join(map(palette.display_name, providers))
    marks = "".join(map(mark, providers[:_MARKS_SHOWN]))
    more = f"+{len(providers) - _MARKS_SHOWN}" if len(providers) > _MARKS_SHOWN else ""
    said = escape(f"Answered by {names}")
    named = f'role="img" aria-label="{said}" title="{said}"'
    return f'<span class="library-marks" {named}>{marks}{more}</span>'


def _labels(session: ConversationSummary) -> str:
    labels = [chip("Pinned", "info")] if session.pinned_at else []
    if session.compared:
        labels.append(chip("Compared"))
    if session.origin:
        labels.append(chip(f"Imported from {tool_name(session.origin.partition(':')[0])}"))
    if session.failovers:
        labels.append(chip(counted(session.failovers, "failover"), "amber"))
    if session.failed:
        labels.append(chip(f"{session.failed:,} failed", "bad"))
    labels += [chip(f"#{tag}") for tag in session.tags]
    return chips(labels, "Labels") if labels else ""


def _piece(piece: Piece) -> str:
    text = literal(piece.text)
    return f"**{text.strip()}**" if piece.hit else text
