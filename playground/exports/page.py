"""A session as one HTML file, to read, print and hand on: it needs nothing and asks for nothing.

Conversation, receipts and charts are in it, with the little script that says what a mark is. It
follows the reader's light or dark. Its policy forbids every request. Pure.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from itertools import groupby
from pathlib import Path
from typing import Final

from playground.analytics.counted import shown_turns
from playground.analytics.frames import ended
from playground.exports import drawing
from playground.exports.branches import left_out, title_of, who
from playground.exports.charts import Chart, charts
from playground.exports.markdown import own_settings, pooled
from playground.look import frames, palette, words
from playground.look.answer_html import answer_html
from playground.look.palette import NOBODY
from playground.look.parts import typed
from playground.receipts.receipt import Pooled, Receipt, receipt
from playground.sessions import turn_words
from playground.sessions.totals import session_totals
from playground.sessions.turns import Conversation, Turn

_HERE: Final = Path(__file__)
_STYLE: Final = _HERE.with_name("page.css").read_text("utf-8")
_ANSWERS: Final = Path(frames.__file__).with_name("answer.css").read_text("utf-8")
_SCRIPT: Final = _HERE.with_name("page.js").read_text("utf-8")

# ``answer_html`` escapes every word of an answer, so these match what it wrote itself.
_COPY: Final = re.compile(r'<button type="button" class="sp-copy"[^>]*>Copy</button>')
_FORMULA: Final = re.compile(
    r'(<span class="sp-formula(?: sp-block)?" dir="ltr") data-math="([^"]*)">[^<]*</span>'
)


def session_page(conversation: Conversation) -> bytes:
    """The branch that is shown, or all seats' answers of a comparison."""
    turns = shown_turns(conversation)
    own = [turn for turn in turns if turn.origin is None]
    over, receipts = ended(turns), _Receipts.of(own)
    drawn = charts(counted) if (counted := ended(own)) else []
    title = escape(title_of(conversation))
    body = (
        f"<h1>{title}</h1>{_about(conversation)}{_sums(over)}"
        f"{drawing.definitions(_providers(turns))}<main><h2>Conversation</h2>"
        f"{_shared(receipts)}{''.join(_messages(turns, receipts))}"
        f"{'<h2>Charts</h2>' if drawn else ''}{''.join(map(_figure, drawn))}</main>"
    )
    styles = f"{_STYLE}{_ANSWERS}{drawing.provider_styles(_providers(turns))}"
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{styles}</style></head><body>{body}"
        f"<script>{_SCRIPT}</script></body></html>\n"
    )
    # HTML has no place for this character, and Postgres stores none.
    return page.replace("\0", "\ufffd").encode("utf-8", "replace")


@cache
def policy() -> str:
    """What such a page may do: show its own styles, and run this one script."""
    digest = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _providers(turns: Sequence[Turn]) -> list[str]:
    named = {turn.answer.provider or NOBODY for turn in turns}
    named |= {each.provider for turn in turns for each in turn.answer.attempts}
    # Two spellings of one vendor look the same.
    looks = {palette.look_of(provider): provider for provider in sorted({*named, NOBODY})}
    return list(looks.values())


def _about(conversation: Conversation) -> str:
    when = f"{conversation.created_at:%Y-%m-%d %H:%M}"
    until = f"{conversation.updated_at:%Y-%m-%d %H:%M}"
    more = left_out(conversation)
    return f'<p class="q">A session of Speko Playground, {when} to {until} UTC. {escape(more)}</p>'


def _sums(turns: Sequence[Turn]) -> str:
    if not turns:
        return ""
    totals = session_totals(turns)
    about = "≈ " if totals.tokens_estimated else ""
    cost = "unknown" if totals.cost_usd is None else f"{words.dollars(totals.cost_usd)} estimated"
    figures = {
        "Turns": f"{totals.turns:,}",
        "Answered": f"{totals.answered:,}",
        "Failovers": f"{totals.failovers:,}",
        "Tokens in": _count(totals.tokens_in, about),
        "Tokens out": _count(totals.tokens_out, about),
        "Cost": cost,
        "Imported": f"{totals.imported:,}" if totals.imported else "",
        "Simulated": f"{totals.simulated:,}" if totals.simulated else "",
        "Under a drill": f"{totals.drilled:,}" if totals.drilled else "",
    }
    cells = "".join(f"<div><dt>{n}</dt><dd>{escape(v)}</dd></div>" for n, v in figures.items() if v)
    return f'<dl class="sums">{cells}</dl>'


def _count(tokens: int | None, about: str) -> str:
    return "unknown" if tokens is None else f"{about}{tokens:,}"


@dataclass(frozen=True)
class _Receipts:
    """The turns' receipts; what all of them say is ``shared``, and a pool is listed once."""

    by_turn: Mapping[str, Receipt]
    facts: Mapping[str, tuple[tuple[str, str], ...]]
    shared: frozenset[tuple[str, str]]
    first_with: Mapping[tuple[Pooled, ...], int]

    @classmethod
    def of(cls, turns: Sequence[Turn]) -> _Receipts:
        by_turn = {turn.id: receipt(turn) for turn in turns}
        facts = {turn.id: (*by_turn[turn.id].facts, *own_settings(turn)) for turn in turns}
        sets = [frozenset(each) for each in facts.values()]
        shared = frozenset.intersection(*sets) if len(sets) > 1 else frozenset()
        first_with: dict[tuple[Pooled, ...], int] = {}
        for turn in turns:
            first_with.setdefault(_ranked(by_turn[turn.id]), turn.number)
        return cls(by_turn, facts, shared, first_with)


def _ranked(found: Receipt) -> tuple[Pooled, ...]:
    """The pool as it was ranked, whatever became of it."""
    return tuple(each._replace(outcome=None) for each in found.pool)


def _shared(receipts: _Receipts) -> str:
    if not receipts.shared:
        return ""
    first = next(iter(receipts.facts.values()))
    facts = _list(each for each in first if each in receipts.shared)
    return f"<details open><summary>In every turn</summary>{facts}</details>"


def _list(facts: Iterable[tuple[str, str]]) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in facts)
    return f"<dl>{rows}</dl>" if rows else ""


def _messages(turns: Sequence[Turn], receipts: _Receipts) -> Iterator[str]:
    for _, group in groupby(turns, lambda turn: turn.message_id or turn.id):
        same = list(group)
        yield f'<div class="m">{typed(same[0].message)}</div>'
        for turn in same:
            yield _answer(turn, _receipt(turn, receipts) if turn.origin is None else "")


def _answer(turn: Turn, receipt_html: str) -> str:
    answer = turn.answer
    parts = [_who(turn)]
    if answer.reasoning:
        thought = escape(turn_words.reasoned(answer) or "Thought")
        parts.append(f"<details><summary>{thought}</summary>{typed(answer.reasoning)}</details>")
    if answer.text:
        parts.append(_still(answer_html(answer.text)))
    if answer.cut:
        parts.append(f'<p class="q">{escape(answer.cut)}</p>')
    if turn.error is not None:
        parts.append(f'<p class="bad">{escape(f"{turn.error.message} {turn.error.advice}")}</p>')
    elif note := turn_words.status_note(turn):
        parts.append(f'<p class="q">{escape(note)}</p>')
    return f'<div class="a" id="t{turn.number}">{"".join(parts)}{receipt_html}</div>'


def _still(html: str) -> str:
    """The answer without what needs a script: buttons, and formulas that wait for one."""
    return _FORMULA.sub(
        lambda found: f"{found[1]}>{unescape(found[2])}</span>", _COPY.sub("", html)
    )


def _who(turn: Turn) -> str:
    answer = turn.answer
    chips = [(turn_words.source(answer), ""), ("drill" if turn.drilled else None, " o")]
    if answer.failover_count:
        chips.append((words.failover_label(answer.failover_count), " o"))
    labelled = "".join(
        f'<span class="c{tone}">{escape(chip)}</span>' for chip, tone in chips if chip
    )
    mark = f'<i class="s {drawing.class_of(answer.provider or NOBODY)}"></i>'
    return f'<div class="w">{mark}<span>{escape(who(turn))}</span>{labelled}</div>'


def _receipt(turn: Turn, receipts: _Receipts) -> str:
    found = receipts.by_turn[turn.id]
    facts = _list(each for each in receipts.facts[turn.id] if each not in receipts.shared)
    notes = "".join(f"<p>{escape(note)}</p>" for note in (*found.notes, *turn.answer.notes))
    return (
        f"<details><summary>Receipt: turn {turn.number}</summary><p>{escape(found.head)}</p>"
        f"{''.join(_steps(found))}{_pool(turn, found, receipts)}{notes}{facts}</details>"
    )


def _steps(found: Receipt) -> Iterator[str]:
    if found.why:
        yield f"<p>{escape(found.why)}</p>"
    if found.steps:
        attempts = (
            f"<li>{escape(step.candidate.name)} {escape(step.words)}"
            f"{' (drill)' if step.drill and 'drill' not in step.words else ''}, "
            f"{words.milliseconds(step.duration_ms)}</li>"
            for step in found.steps
        )
        yield f"<ol>{''.join(attempts)}</ol>"


def _pool(turn: Turn, found: Receipt, receipts: _Receipts) -> str:
    if not found.pool:
        return ""
    first = receipts.first_with[_ranked(found)]
    if first != turn.number:
        return f'<p>Pool and scores as in <a href="#t{first}">turn {first}</a></p>'
    return f"<p>Pool: {escape(', '.join(map(pooled, found.pool)))}</p>"


def _figure(chart: Chart) -> str:
    head = f"<h3>{escape(chart.title)}</h3>"
    caption = f'<p class="q">{escape(chart.caption)}</p>'
    if not chart.svg:
        return f"<figure>{head}{caption}</figure>"
    legend = "".join(
        f"<li>{drawing.swatch(each)} {escape(palette.display_name(each))}</li>"
        for each in chart.providers
    )
    named = f'<ul class="legend">{legend}</ul>' if legend else ""
    drawn = f"{_scrolling(f'{chart.title}, the picture')}{chart.svg}</div>"
    return f"<figure>{head}{caption}{drawn}{named}{_table(chart)}</figure>"


def _scrolling(name: str) -> str:
    """What is wider than a phone scrolls by itself, by keyboard too; ends with ``</div>``."""
    return f'<div class="t" tabindex="0" role="group" aria-label="{escape(name)}">'


def _table(chart: Chart) -> str:
    head = _cells(chart.headings, "th")
    rows = "".join(f"<tr>{_cells(row, 'td')}</tr>" for row in chart.rows)
    return (
        f"<details><summary>Table: {escape(chart.title)}</summary>"
        f"{_scrolling(f'{chart.title}, as a table')}"
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div></details>"
    )


def _cells(values: Iterable[str], tag: str) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    return "".join(f"<{tag}{scope}>{escape(value)}</{tag}>" for value in values)
