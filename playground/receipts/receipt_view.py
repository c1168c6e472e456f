"""The receipt under an answer: a popover that builds nothing until it is opened.

Its HTML says who served, and has the attempts on one time axis and the pool's scores. Everything
from outside is escaped. A failure is amber, or red if nobody answered after it; an attempt that
failed on purpose is hatched and says "drill". Colour is never the only sign.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Final

import streamlit as st

from playground.look import palette, parts, words
from playground.look.parts import Tone
from playground.look.safe_text import unseen
from playground.receipts import receipt_words
from playground.receipts.code_view import code_view
from playground.receipts.receipt import (
    AttemptOutcome,
    InForce,
    Pooled,
    ProviderModel,
    Receipt,
    Step,
    Verdict,
    receipt,
)
from playground.receipts.request_code import Sent
from playground.servers.pool import reasons
from playground.sessions.totals import failed_attempts
from playground.sessions.turns import Turn

SHOWN: Final = 10
"""How many candidates of the pool are drawn at once; the rest unfolds."""

_VERDICTS: Final[Mapping[Verdict, tuple[Tone, str]]] = {
    "first_choice": ("good", "✓ first choice"),
    "otherwise": ("amber", "≠ not the first choice"),
    "broke_off": ("bad", "✕ broke off"),
    "nobody": ("bad", "✕ not answered"),
    "no_ranking": ("", "no ranking"),
}
_OUTCOMES: Final[Mapping[AttemptOutcome, tuple[Tone, str]]] = {
    "answered": ("good", "served"),
    "failed": ("amber", "failed"),
    "cancelled": ("", "cancelled"),
    "stopped": ("", "cut short"),
}


def receipt_view(
    turn: Turn, in_force: InForce | None, sent: Callable[[], Sent], seat: str = ""
) -> None:
    """The button and what it opens; ``in_force``: what the server ranks by now, where known.

    ``sent`` is asked for what went to the server, to be shown as code. ``seat`` tells the button
    from others' of the same turn, in a comparison.
    """
    whose = f"in turn {turn.number}{f' of {seat}' if seat else ''}"
    happened = failed_attempts(turn) > 0
    opened = st.popover(
        f"{receipt_words.name(turn)}{unseen(whose)}",
        icon=":material/alt_route:" if happened else ":material/receipt_long:",
        type="tertiary",
        key=f"details-{turn.id}",
        on_change="rerun",
    )
    if opened.open:
        with opened:
            receipt_body(turn, in_force, sent)


def receipt_body(turn: Turn, in_force: InForce | None, sent: Callable[[], Sent]) -> None:
    """All of a receipt (see ``receipt_view``)."""
    st.html(receipt_html(receipt(turn, in_force), turn.answer.notes))
    code_view(turn, sent)


def receipt_html(receipt: Receipt, more: Sequence[str] = ()) -> str:
    """The receipt's body; ``more`` is what the server notes besides."""
    sections = (
        f'<p class="receipt-head">{escape(receipt.head)}</p>',
        _way(receipt),
        _timeline(receipt),
        _pool(receipt),
        parts.filtered_out(sorted(reasons(receipt.filtered_out))),
        "".join(_note(note) for note in receipt.notes),
        _facts(receipt),
        "".join(map(_note, more)),
    )
    return f'<div class="receipt">{"".join(sections)}</div>'


def _way(receipt: Receipt) -> str:
    tone, verdict = _VERDICTS[receipt.verdict]
    boxes = [_box("First choice", receipt.first_choice)] if receipt.pool_known else []
    boxes.append(_box("Served", receipt.served if receipt.was_served else None))
    drawn = '<span class="receipt-arrow" aria-hidden="true">→</span>'.join(boxes)
    drill = parts.chip("made under a drill", "amber") if receipt.drilled else ""
    why = f'<p class="receipt-why">{escape(receipt.why)}</p>' if receipt.why else ""
    return f'<div class="receipt-way">{drawn}{parts.chip(verdict, tone)}{drill}</div>{why}'


def _box(label: str, candidate: ProviderModel | None) -> str:
    name = escape(palette.label(candidate.provider, candidate.model)) if candidate else "nobody"
    mark = parts.mark(candidate.provider) if candidate else ""
    return f'<div class="receipt-box">{mark}<span><small>{label}</small><b>{name}</b></span></div>'


def _note(text: str) -> str:
    return f'<p class="receipt-note">{escape(text)}</p>'


def _timeline(receipt: Receipt) -> str:
    if not receipt.steps:
        return _unnamed(receipt)
    rows = "".join(
        _step(step, receipt, dead=step.outcome == "failed" and step is receipt.steps[-1])
        for step in receipt.steps
    )
    end = words.milliseconds(receipt.span_ms)
    return (
        f"<h2>{words.counted(len(receipt.steps), 'attempt')}</h2>{rows}"
        f'<div class="receipt-axis"><span>0</span><span>{end}</span></div>{_unnamed(receipt)}'
    )


def _step(step: Step, receipt: Receipt, *, dead: bool) -> str:
    scale = 100 / receipt.span_ms if receipt.span_ms > 0 else 0.0
    tone = "dead" if dead else step.outcome
    drill = parts.chip("drill", "amber") if step.drill and "drill" not in step.words else ""
    took = words.milliseconds(step.duration_ms)
    begins = f"from {words.milliseconds(step.start_ms)} on, " if step.start_ms >= 1 else ""
    return (
        f'<div class="receipt-step"><div class="receipt-line"><b>{escape(step.candidate.name)}</b>'
        f'<span class="receipt-words">{drill} {escape(step.words)} · {begins}{took}</span></div>'
        f'<div class="receipt-track" aria-hidden="true"><span class="receipt-bar receipt-{tone}'
        f'{" receipt-drill" if step.drill else ""}" style="left:{step.start_ms * scale:.2f}%;'
        f'width:{step.duration_ms * scale:.2f}%"></span>{_first_token(step, receipt, scale)}'
        "</div></div>"
    )


def _first_token(step: Step, receipt: Receipt, scale: float) -> str:
    first = receipt.first_token_ms
    if first is None or step.outcome not in ("answered", "stopped"):
        return ""
    if not step.start_ms <= first <= step.start_ms + step.duration_ms:
        return ""
    title = f"first token after {words.milliseconds(first)}"
    return f'<span class="receipt-first" title="{title}" style="left:{first * scale:.2f}%"></span>'


def _unnamed(receipt: Receipt) -> str:
    count = receipt.unnamed_failovers
    if not count:
        return ""
    return _note(f"{words.failover_label(count)}: the server gives the number, not who failed.")


def _pool(receipt: Receipt) -> str:
    if not receipt.pool_known:
        return "<h2>Pool</h2>" + _note(
            "This server had no routing preview when the turn began: pool and scores are not known."
        )
    if not receipt.pool:
        return "<h2>Pool</h2>" + _note("Nobody was in the pool when the turn began.")
    rows = [_pooled(each) for each in receipt.pool]
    rest = "".join(rows[SHOWN:])
    more = parts.folded(f"{len(rows) - SHOWN} more", rest) if rest else ""
    return (
        f"<h2>Pool and scores when the turn began</h2>{''.join(rows[:SHOWN])}{more}"
        f"{_figures(receipt.pool)}"
    )


def _figures(pool: Sequence[Pooled]) -> str:
    """Every figure with its source, folded; nothing where the server says none."""
    lines = "".join(
        _note(f"{each.candidate.name}: {each.figures}") for each in pool if each.figures
    )
    return parts.folded("Figures and their sources", lines) if lines else ""


def _pooled(each: Pooled) -> str:
    provider, model = each.candidate.provider, each.candidate.model
    served = " receipt-served" if each.outcome == "answered" else ""
    name, vendor = escape(palette.label(provider, model)), escape(palette.display_name(provider))
    score = "–" if each.score is None else f"{each.score:.2f}"
    tone, outcome = _OUTCOMES[each.outcome] if each.outcome else ("", "")
    return (
        f'<div class="receipt-row{served}"><span class="sp-place">{each.place}</span>'
        f'<span class="receipt-who" title="{name}">{parts.mark(provider)}<span class="sp-name">'
        f'<span class="receipt-vendor">{vendor} </span>{escape(model)}</span></span>'
        f'{parts.bar([(each.score or 0.0, parts.seat(provider))])}<span class="sp-score">{score}'
        f"</span>{parts.chip(outcome, tone) if outcome else ''}</div>"
    )


def _facts(receipt: Receipt) -> str:
    rows = "".join(f"<dt>{escape(n)}</dt><dd>{_fact(n, v)}</dd>" for n, v in receipt.facts)
    return f"<h2>Facts</h2><dl>{rows}</dl>"


def _fact(name: str, value: str) -> str:
    return parts.source_chip(value) if name == "Words" else escape(value)
