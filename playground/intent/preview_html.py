"""The preview beside the intent, as HTML: who would answer now, and who stands behind. Pure.

Small enough for a sidebar, and one piece, for it is drawn again with every change of the intent.
On a narrow screen only the winner shows; the rest unfolds. Everything from outside is escaped.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from typing import Final

from playground.look import palette
from playground.look.words import counted
from playground.servers.pool import covers
from playground.sessions.ranking import candidates
from speko_client.models import FilteredOut, RoutingPreview, ScoredCandidate

SHOWN: Final = 5
"""So many candidates are drawn; the rest is a number."""

_STYLE: Final = """<style>
.rv { font-size:.8rem; line-height:1.3; padding:.55rem .65rem .5rem; border-radius:.6rem;
  border:1px solid color-mix(in srgb, currentColor 16%, transparent); }
.rv-quiet { opacity:.7; border-style:dashed; }
.rv-head { display:flex; justify-content:space-between; align-items:baseline; gap:.5rem;
  font-weight:600; margin-bottom:.3rem; }
.rv-tag { font-weight:400; font-size:.7rem; padding:0 .4rem; border-radius:1rem; white-space:nowrap;
  border:1px dashed color-mix(in srgb, currentColor 40%, transparent); }
.rv-whatif { border-style:solid; background:#7C3AED22; border-color:#7C3AED88; }
.rv-row { display:grid; grid-template-columns:1.25rem minmax(0,1fr) auto; column-gap:.45rem;
  align-items:center; padding:.16rem 0; }
.rv-dot { grid-row:1 / span 2; width:1.25rem; height:1.25rem; border-radius:.3rem; font-size:.65rem;
  font-weight:700; display:inline-flex; align-items:center; justify-content:center; }
.rv-name { white-space:nowrap; overflow:hidden; text-overflow:ellipsis; }
.rv-score { font-variant-numeric:tabular-nums; opacity:.85; }
.rv-bar { grid-column:2 / span 2; height:.25rem; border-radius:.2rem; overflow:hidden;
  background:color-mix(in srgb, currentColor 10%, transparent); }
.rv-fill { display:block; height:100%; border-radius:.2rem; transition:width .15s ease-out; }
.rv-first .rv-name, .rv-first .rv-score { font-weight:700; opacity:1; font-size:.88rem; }
.rv-first .rv-bar { height:.4rem; }
.rv-down .rv-name { text-decoration:line-through; opacity:.75; }
.rv-foot, .rv-more { font-size:.72rem; opacity:.75; }
.rv-foot { white-space:nowrap; overflow:hidden; text-overflow:ellipsis; }
.rv-more { padding:.1rem 0 .1rem 1.7rem; }
.rv details { font-size:.75rem; margin:.15rem 0; }
.rv summary { cursor:pointer; opacity:.85; }
.rv-reason { margin:.2rem 0 0 .9rem; }
.rv-narrow { display:none; }
@media (max-width: 640px) {
  .rv-wide { display:none; }
  .rv-narrow { display:block; }
}
</style>"""


def panel_html(preview: RoutingPreview, *, dark: bool, down: Collection[str] = ()) -> str:
    """The panel; ``down`` are the candidates (``vendor`` or ``vendor:model``) that are down.

    Those in front that are down are tried first and struck out; the first that is up stands out.
    """
    ranked = candidates(preview)
    if not ranked:
        return _nobody(preview)
    up = next((place for place, each in enumerate(ranked) if not _is_in(each, down)), None)
    lead = 0 if up is None else up
    shown = ranked[: max(SHOWN, lead + 1)]
    rows = [_ranked(each, preview, down, first=each is ranked[lead], dark=dark) for each in shown]
    if more := len(ranked) - len(shown):
        rows.append(f'<div class="rv-more">{more} more stand behind</div>')
    rest = "".join(rows[lead + 1 :]) + _notes(preview.notes or ())
    rest += _filtered(preview.filtered_out or ()) + _snapshot(preview)
    head = "Everyone is down" if up is None else "Would step in now" if up else "Would answer now"
    return (
        f'{_STYLE}<div class="rv" data-winner="{_id(ranked[lead])}">'
        f'<div class="rv-head"><span>{head}</span>{_tags(preview, ranked[lead])}</div>'
        f'{"".join(rows[: lead + 1])}<div class="rv-wide">{rest}</div>'
        f'<details class="rv-narrow"><summary>Who stands behind</summary>{rest}</details></div>'
    )


def quiet_html(line: str) -> str:
    """The panel where there is no ranking: one line that says why."""
    return f'{_STYLE}<div class="rv rv-quiet">{escape(line)}</div>'


def _nobody(preview: RoutingPreview) -> str:
    out = preview.filtered_out or []
    return (
        f'{_STYLE}<div class="rv"><div class="rv-head"><span>Nobody would answer</span></div>'
        f"{_filtered(out, unfolded=True)}{_snapshot(preview)}</div>"
    )


def _ranked(
    each: ScoredCandidate,
    preview: RoutingPreview,
    down: Collection[str],
    *,
    first: bool,
    dark: bool,
) -> str:
    seat = palette.colour(each.provider_id, dark)
    name = escape(palette.label(each.provider_id, each.model_id))
    is_down = _is_in(each, down)
    classes = f"rv-row{' rv-first' if first else ''}{' rv-down' if is_down else ''}"
    note = " (down: the next one steps in)" if is_down else ""
    # Without weights it is another server's ranking, which has scores only.
    unscored = each.axes is None and preview.weights is not None
    score = "–" if unscored else f"{each.score:.2f}"
    fill = 0.0 if unscored else min(max(each.score, 0.0), 1.0)
    return (
        f'<div class="{classes}" title="{name}{note}">'
        f'<span class="rv-dot" aria-hidden="true" style="background:{seat};'
        f'color:{palette.ink(each.provider_id, dark)}">{escape(palette.glyph(each.provider_id))}'
        f'</span><span class="rv-name">{name}</span><span class="rv-score">{score}</span>'
        f'<span class="rv-bar"><span class="rv-fill" style="width:{fill:.1%};background:{seat}">'
        "</span></span></div>"
    )


def _is_in(each: ScoredCandidate, entries: Collection[str]) -> bool:
    return covers(entries, each.provider_id, each.model_id)


def _tags(preview: RoutingPreview, winner: ScoredCandidate) -> str:
    tags = []
    if preview.snapshot is not None and preview.snapshot.what_if:
        tags.append('<span class="rv-tag rv-whatif">what-if</span>')
    if winner.kind == "simulated":
        tags.append('<span class="rv-tag">simulated</span>')
    return f"<span>{' '.join(tags)}</span>"


def _notes(notes: Sequence[str]) -> str:
    if not notes:
        return ""
    lines = "".join(f'<div class="rv-reason">{escape(note)}</div>' for note in notes)
    return f"<details><summary>{counted(len(notes), 'note')}</summary>{lines}</details>"


def _filtered(out: Sequence[FilteredOut], *, unfolded: bool = False) -> str:
    if not out:
        return ""
    reasons = dict.fromkeys(each.reason for each in out)
    lines = "".join(
        f'<div class="rv-reason"><b>{escape(reason)}</b>: '
        f"{_names(each for each in out if each.reason == reason)}</div>"
        for reason in reasons
    )
    opened = " open" if unfolded else ""
    return f"<details{opened}><summary>{len(out)} filtered out</summary>{lines}</details>"


def _names(out: Iterable[FilteredOut]) -> str:
    return escape(", ".join(palette.label(each.provider_id, each.model_id) for each in out))


def _snapshot(preview: RoutingPreview) -> str:
    if preview.snapshot is None:
        return ""
    label = escape(preview.snapshot.label)
    about = escape(preview.snapshot.source)
    return f'<div class="rv-foot" title="{about}">{label}</div>'


def _id(each: ScoredCandidate) -> str:
    return escape(f"{each.provider_id}/{each.model_id}")
