"""Who can answer now, who cannot and why, and how their recent calls went. Pure: values to HTML.

An HTML table instead of a data frame: screen readers can read it, and on a phone it
becomes a list. Everything from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from itertools import groupby
from typing import Literal

from playground.look import parts
from playground.look.parts import Tone
from playground.look.words import percent
from playground.servers import pool
from speko_client.model_ids import model_name
from speko_client.models import KnownProvider, ProviderHealth

State = Literal["available", "unavailable", "left-out", "probing"]

STATES: dict[State, str] = {
    "available": "Available",
    "unavailable": "Not available",
    "left-out": "Left out",
    "probing": "On probation",
}
_TONES: dict[State, Tone] = {
    "available": "good",
    "unavailable": "",
    "left-out": "bad",
    "probing": "info",
}
SIMULATED = "simulated"
_HEADINGS = ("Provider", "State", "Recent errors", "Last error")


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One model, or several of one vendor that miss the same."""

    vendor: str
    vendor_name: str
    model: str
    state: State
    reason: str
    health: ProviderHealth | None = None


def status_rows(
    known: Iterable[KnownProvider], health: Iterable[ProviderHealth], now: datetime
) -> list[StatusRow]:
    """A row per model, those that can answer first; models that miss the same share one row."""
    by_model = {(each.provider, each.model): each for each in health}
    rows: list[StatusRow] = []
    for _, group in groupby(pool.models(known), key=lambda row: row.vendor):
        own = [
            _status_row(each, by_model.get((each.vendor, each.model or "")), now) for each in group
        ]
        rows += _together(own)
    return sorted(rows, key=lambda row: row.state == "unavailable")


def status_html(rows: Sequence[StatusRow], now: datetime) -> str:
    """The rows as a table."""
    head = "".join(f'<th scope="col">{heading}</th>' for heading in _HEADINGS)
    body = "".join(_row_html(row, now) for row in rows)
    return f'<table class="status"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def ago(at: str, now: datetime) -> str:
    """How long ago an ISO time was: ``just now``, ``4 min ago``; empty where it is none."""
    moment = _moment(at)
    if moment is None:
        return ""
    minutes = (now - moment) // timedelta(minutes=1)
    if minutes < 1:
        return "just now"
    return f"{minutes} min ago" if minutes < 60 else f"{minutes // 60} h ago"


def _status_row(known: KnownProvider, health: ProviderHealth | None, now: datetime) -> StatusRow:
    state, reason = _state(known, health, now)
    return StatusRow(known.vendor, known.vendor_name, known.model or "", state, reason, health)


def _state(known: KnownProvider, health: ProviderHealth | None, now: datetime) -> tuple[State, str]:
    if known.available is False:
        return "unavailable", known.reason or "the server does not say why"
    if health is not None and health.state == "unhealthy":
        return "left-out", _left_out(health, now)
    if health is not None and health.state == "probing":
        return "probing", "a few calls test whether it has recovered"
    return "available", SIMULATED if known.simulated else _retirement(known)


def _retirement(known: KnownProvider) -> str:
    """When its vendor will refuse it, in words; nothing where no day is known."""
    try:
        day = date.fromisoformat(known.retires_on or "")
    except ValueError:
        return ""
    return f"retires on {day.day} {day:%B %Y}"


def _left_out(health: ProviderHealth, now: datetime) -> str:
    until = _moment(health.retry_at or "")
    if until is not None and until > now:
        return f"it asked for a pause, {(until - now).seconds + 1} s more"
    return "too many of its recent calls failed"


def _together(rows: list[StatusRow]) -> list[StatusRow]:
    first = rows[0]
    lacks = ("unavailable", first.reason)
    alike = all((row.state, row.reason) == lacks and not _calls(row) for row in rows)
    if not alike or len(rows) == 1:
        return rows
    return [replace(first, model=f"{len(rows)} models")]


def _row_html(row: StatusRow, now: datetime) -> str:
    who = (
        f'<span class="sp-inline">{parts.mark(row.vendor)}</span>'
        f"<b>{escape(row.vendor_name)}</b> {escape(model_name(row.model))}"
    )
    state = parts.chip(STATES[row.state], _TONES[row.state])
    reason = parts.real_link(SIMULATED) if row.reason == SIMULATED else escape(row.reason)
    why = f'<span class="sp-small sp-quiet">{reason}</span>' if reason else ""
    cells = [
        _cell(_HEADINGS[0], who),
        _cell(_HEADINGS[1], state + why),
        _cell(_HEADINGS[2], _errors(row), nothing="no calls"),
        _cell(_HEADINGS[3], _last(row, now), nothing="none"),
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _cell(heading: str, html: str, *, nothing: str = "") -> str:
    empty = "" if html else ' class="status-empty"'
    shown = html or f'<span class="sp-quiet">{nothing}</span>'
    return f'<td data-label="{heading}"{empty}>{shown}</td>'


def _calls(row: StatusRow) -> int:
    return row.health.calls if row.health else 0


def _errors(row: StatusRow) -> str:
    if row.health is None or not row.health.calls:
        return ""
    return f"{percent(row.health.error_rate)} of {row.health.calls:,}".replace("%", " %")


def _last(row: StatusRow, now: datetime) -> str:
    error = row.health.last_error if row.health else None
    if error is None:
        return ""
    when = f' <span class="sp-quiet">{ago(error.at, now)}</span>'
    return f"{escape(error.message or error.code)}{when}"


def _moment(at: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
