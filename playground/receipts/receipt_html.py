"""A receipt as HTML: who served, the attempts on one time axis, the pool's scores. Pure.

Everything from outside is escaped. What failed is amber, or red where nobody followed; an attempt
that failed on purpose is hatched and says "drill". No meaning is in the colour alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Final

from playground.look import palette, words
from playground.look.marks import vendor_mark
from playground.receipts.parts import Pooled, ProviderModel, Receipt, Step
from speko_client.models import FilteredOut

SHOWN: Final = 10
"""How many candidates of the pool are drawn at once; the rest unfolds."""

_VERDICTS: Final = {
    "first_choice": ("rc-good", "✓ first choice"),
    "otherwise": ("rc-warn", "≠ not the first choice"),
    "broke_off": ("rc-bad", "✕ broke off"),
    "nobody": ("rc-bad", "✕ not answered"),
    "no_ranking": ("rc-none", "no ranking"),
}
_MARKS: Final = {
    "answered": ("rc-good", "served"),
    "failed": ("rc-warn", "failed"),
    "cancelled": ("rc-none", "cancelled"),
    "stopped": ("rc-none", "cut short"),
}

SHEET: Final = """<style>
[data-testid="stPopoverBody"]:is([aria-label="Receipt"], [aria-label="What happened"]) {
  top:4rem !important; right:1.25rem !important; left:auto !important; transform:none !important;
  width:min(44rem, calc(100vw - 2.5rem)); max-width:none !important;
  height:calc(100dvh - 5.5rem); max-height:none !important; overflow-y:auto;
  box-shadow:0 1rem 3rem rgba(0,0,0,.25); }
@media (max-width: 640px) {
  [data-testid="stPopoverBody"]:is([aria-label="Receipt"], [aria-label="What happened"]) {
    right:.5rem !important; width:calc(100vw - 1rem); height:calc(100dvh - 8rem);
    padding:1rem .9rem; }
}
</style>"""
"""Makes a receipt's popover a sheet at the right: there is no room beside a chip.

On a phone it leaves a strip of the page free: a tap there closes it.
"""

STYLE: Final = """<style>
.rc { font-size:.85rem; line-height:1.35; --good:#0B6B3A; --warn:#9A5200; --bad:#B3261E;
  --warn-bar:#D98A1F; --bad-bar:#D6453D; --good-bar:#1B9E6B; }
.sp-dark .rc { --good:#6EE7A8; --warn:#FCD34D; --bad:#FF9E97; --warn-bar:#F5A93B;
  --bad-bar:#F0635A; --good-bar:#2FBF8A; }
.rc h4 { font-size:.72rem; letter-spacing:.05em; text-transform:uppercase; opacity:.65;
  font-weight:600; margin:1rem 0 .35rem; padding:0; display:flex; gap:.6rem; }
.rc-head { font-size:1.02rem; font-weight:600; line-height:1.4; margin:0 0 .7rem; }
.rc-way { display:flex; flex-wrap:wrap; align-items:center; gap:.5rem .7rem; }
.rc-box { display:flex; align-items:center; gap:.5rem; padding:.4rem .7rem .4rem .5rem;
  border-radius:.55rem; border:1px solid color-mix(in srgb, currentColor 16%, transparent);
  min-width:0; }
.rc-box small, .rc-who small { display:block; font-size:.7rem; opacity:.7; }
.rc-box b { font-weight:600; }
.rc-arrow { opacity:.6; font-size:1.1rem; }
.rc-tag { justify-self:start; font-size:.72rem; font-weight:600; padding:.08rem .5rem;
  border-radius:1rem; border:1px solid; white-space:nowrap; }
.rc-good { color:var(--good); } .rc-warn { color:var(--warn); } .rc-bad { color:var(--bad); }
.rc-none { opacity:.75; }
.rc-drill { border-style:dashed; color:var(--warn); }
.rc .rc-note, .rc .rc-why { font-size:.85rem; }
.rc-why { margin:.5rem 0 0; }
.rc-step { margin:0 0 .5rem; }
.rc-line { display:flex; justify-content:space-between; gap:.1rem 1rem; flex-wrap:wrap; }
.rc-line b { font-weight:600; }
.rc-words { opacity:.9; font-variant-numeric:tabular-nums; }
.rc-track { position:relative; height:.7rem; border-radius:.2rem; margin-top:.2rem;
  background:color-mix(in srgb, currentColor 8%, transparent); }
.rc-bar { position:absolute; top:0; height:100%; border-radius:.2rem; min-width:3px; }
.rc-bar-answered { background:var(--good-bar); } .rc-bar-failed { background:var(--warn-bar); }
.rc-bar-dead { background:var(--bad-bar); }
.rc-bar-stopped, .rc-bar-cancelled { background:color-mix(in srgb, currentColor 40%, transparent); }
.rc-bar-drill { background-image:repeating-linear-gradient(45deg, transparent 0 4px,
  rgba(0,0,0,.35) 4px 7px); }
.rc-first { position:absolute; top:-3px; bottom:-3px; width:2px; margin-left:-1px;
  background:currentColor; }
.rc-axis { display:flex; justify-content:space-between; font-size:.72rem; opacity:.7;
  font-variant-numeric:tabular-nums; }
.rc-row { display:grid; align-items:center; gap:.5rem; padding:.14rem 0;
  grid-template-columns:1.2rem minmax(9rem,1.1fr) minmax(4rem,1.4fr) 2.7rem 5.2rem; }
.rc-place, .rc-score { text-align:right; font-variant-numeric:tabular-nums; }
.rc-place { opacity:.6; }
.rc-who { display:flex; align-items:center; gap:.4rem; min-width:0; }
.rc-who span:last-child { overflow:hidden; text-overflow:ellipsis; white-space:nowrap; }
.rc-served { font-weight:700; }
.rc-slim { height:.4rem; border-radius:.2rem; overflow:hidden;
  background:color-mix(in srgb, currentColor 9%, transparent); }
.rc-slim span { display:block; height:100%; border-radius:.2rem; }
.rc .rk-dot { flex:none; width:1.2rem; height:1.2rem; border-radius:.3rem; font-size:.62rem;
  font-weight:700; display:inline-flex; align-items:center; justify-content:center; }
.rc details { margin:.3rem 0 0; } .rc summary { cursor:pointer; opacity:.85; }
.rc-reason { margin:.2rem 0 0 .9rem; } .rc-note { margin:.25rem 0 0; opacity:.8; }
.rc dl { display:grid; grid-template-columns:max-content minmax(0,1fr); gap:.15rem .9rem;
  margin:0; padding:0; }
.rc dt, .rc dd { font-size:.85rem; margin:0; padding:0; overflow-wrap:anywhere; }
.rc dt { opacity:.65; }
@media (max-width: 640px) {
  .rc-row { grid-template-columns:1rem minmax(6.5rem,1.6fr) minmax(2rem,1fr) 2.4rem 4.4rem;
    gap:.35rem; }
  .rc-row .rc-vendor { display:none; }
}
</style>"""


def receipt_html(receipt: Receipt, *, dark: bool) -> str:
    """The receipt's body, without its styles."""
    parts = (
        f'<p class="rc-head">{escape(receipt.head)}</p>',
        _way(receipt, dark),
        _timeline(receipt),
        _pool(receipt, dark),
        _filtered(receipt),
        "".join(f'<p class="rc-note">{escape(note)}</p>' for note in receipt.notes),
        _facts(receipt),
    )
    return f'<div class="rc" data-verdict="{receipt.verdict}">{"".join(parts)}</div>'


def _way(receipt: Receipt, dark: bool) -> str:
    tone, verdict = _VERDICTS[receipt.verdict]
    boxes = [_box("First choice", receipt.first_choice, dark)] if receipt.pool_known else []
    boxes.append(_box("Served", receipt.served if receipt.was_served else None, dark))
    drawn = '<span class="rc-arrow" aria-hidden="true">→</span>'.join(boxes)
    drill = '<span class="rc-tag rc-drill">made under a drill</span>' if receipt.drilled else ""
    why = f'<p class="rc-why">{escape(receipt.why)}</p>' if receipt.why else ""
    return (
        f'<div class="rc-way">{drawn}<span class="rc-tag {tone}">{verdict}</span>{drill}</div>{why}'
    )


def _box(label: str, candidate: ProviderModel | None, dark: bool) -> str:
    if candidate is None:
        return f'<div class="rc-box"><span><small>{label}</small><b>nobody</b></span></div>'
    name = escape(palette.label(candidate.provider, candidate.model))
    mark = vendor_mark(candidate.provider, dark=dark)
    return f'<div class="rc-box">{mark}<span><small>{label}</small><b>{name}</b></span></div>'


def _timeline(receipt: Receipt) -> str:
    if not receipt.steps:
        return _unnamed(receipt)
    rows = "".join(
        _step(step, receipt, dead=step.outcome == "failed" and step is receipt.steps[-1])
        for step in receipt.steps
    )
    end = words.milliseconds(receipt.span_ms)
    return (
        f"<h4>{words.counted(len(receipt.steps), 'attempt')}</h4>{rows}"
        f'<div class="rc-axis"><span>0</span><span>{end}</span></div>{_unnamed(receipt)}'
    )


def _step(step: Step, receipt: Receipt, *, dead: bool) -> str:
    scale = 100 / receipt.span_ms if receipt.span_ms > 0 else 0.0
    tone = "dead" if dead else step.outcome
    marked = step.drill and "drill" not in step.words
    drill = '<span class="rc-tag rc-drill">drill</span> ' if marked else ""
    took = words.milliseconds(step.duration_ms)
    begins = f"from {words.milliseconds(step.start_ms)} on, " if step.start_ms >= 1 else ""
    return (
        f'<div class="rc-step" data-outcome="{step.outcome}"><div class="rc-line">'
        f"<b>{escape(step.candidate.name)}</b>"
        f'<span class="rc-words">{drill}{escape(step.words)} · {begins}{took}</span></div>'
        f'<div class="rc-track" aria-hidden="true"><span class="rc-bar rc-bar-{tone}'
        f'{" rc-bar-drill" if step.drill else ""}" style="left:{step.start_ms * scale:.2f}%;'
        f'width:{step.duration_ms * scale:.2f}%"></span>{_first_token(step, receipt, scale)}'
        "</div></div>"
    )


def _first_token(step: Step, receipt: Receipt, scale: float) -> str:
    first = receipt.first_token_ms
    if first is None or step.outcome not in ("answered", "stopped"):
        return ""
    if not step.start_ms <= first <= step.start_ms + step.duration_ms:
        return ""
    label = f"first token after {words.milliseconds(first)}"
    return f'<span class="rc-first" title="{label}" style="left:{first * scale:.2f}%"></span>'


def _unnamed(receipt: Receipt) -> str:
    count = receipt.unnamed_failovers
    if not count:
        return ""
    line = f"{words.failover_label(count)}: the server gives the number, not who failed."
    return f'<p class="rc-note">{line}</p>'


def _pool(receipt: Receipt, dark: bool) -> str:
    if not receipt.pool_known:
        why = "This server had no routing preview as the turn began: pool and scores are not known."
        return f'<h4>Pool</h4><p class="rc-note">{why}</p>'
    if not receipt.pool:
        return '<h4>Pool</h4><p class="rc-note">Nobody was in the pool as the turn began.</p>'
    rows = [_pooled(each, dark) for each in receipt.pool]
    rest = "".join(rows[SHOWN:])
    more = f"<details><summary>{len(rows) - SHOWN} more</summary>{rest}</details>" if rest else ""
    return f"<h4>Pool and scores as the turn began</h4>{''.join(rows[:SHOWN])}{more}"


def _pooled(each: Pooled, dark: bool) -> str:
    seat = palette.colour(each.candidate.provider, dark)
    width = min(max(each.score or 0.0, 0.0), 1.0)
    tone, mark = _MARKS[each.outcome] if each.outcome else ("rc-none", "")
    served = " rc-served" if each.outcome == "answered" else ""
    name = escape(palette.label(each.candidate.provider, each.candidate.model))
    vendor = (
        f'<span class="rc-vendor">{escape(palette.display_name(each.candidate.provider))} </span>'
    )
    score = "–" if each.score is None else f"{each.score:.2f}"
    tag = f'<span class="rc-tag {tone}">{mark}</span>' if mark else ""
    return (
        f'<div class="rc-row{served}"><span class="rc-place">{each.place}</span>'
        f'<span class="rc-who" title="{name}">{vendor_mark(each.candidate.provider, dark=dark)}'
        f"<span>{vendor}{escape(each.candidate.model)}</span></span>"
        f'<span class="rc-slim" aria-hidden="true">'
        f'<span style="width:{width:.1%};background:{seat}"></span></span>'
        f'<span class="rc-score">{score}</span>{tag}</div>'
    )


def _filtered(receipt: Receipt) -> str:
    out = sorted(receipt.filtered_out, key=lambda each: each.reason)
    if not out:
        return ""
    lines = "".join(
        f'<div class="rc-reason"><b>{escape(reason)}</b>: {_names([*each])}</div>'
        for reason, each in groupby(out, key=lambda each: each.reason)
    )
    return f"<details><summary>{len(out)} filtered out</summary>{lines}</details>"


def _names(out: Sequence[FilteredOut]) -> str:
    return escape(", ".join(palette.label(each.provider_id, each.model_id) for each in out))


def _facts(receipt: Receipt) -> str:
    rows = "".join(f"<dt>{escape(n)}</dt><dd>{escape(v)}</dd>" for n, v in receipt.facts)
    return f"<h4>Facts</h4><dl>{rows}</dl>"
