"""What can be said of the router beside everyone, as HTML; names are escaped. Pure."""

from __future__ import annotations

from html import escape
from typing import Final

from playground.compare.against import Against, Rival
from playground.compare.against_words import (
    MEASURES,
    TONES,
    UNKNOWN,
    cost_detail,
    said,
    summary,
    time_detail,
    votes_detail,
)
from playground.compare.pair_votes import PairVotes
from playground.compare.paired import Difference
from playground.look import parts

_HEADS: Final = ("The router beside", *MEASURES.values())
_CONTROLS: Final = "Controls, made of the same answers"


def summary_html(found: Against) -> str:
    """A sentence for each measure."""
    lines = "".join(f"<li>{escape(line)}</li>" for line in summary(found))
    return f'<ul class="against-summary">{lines}</ul>'


def rivals_html(found: Against) -> str:
    """A row for each, with the verdict in words and its figures; on a phone, a block for each."""
    heads = "".join(f'<th scope="col">{head}</th>' for head in _HEADS)
    groups = ("".join(_row(each) for each in found.providers), _controls(found))
    bodies = "".join(f"<tbody>{rows}</tbody>" for rows in groups if rows)
    return f'<table class="against"><thead><tr>{heads}</tr></thead>{bodies}</table>'


def _controls(found: Against) -> str:
    rows = "".join(_row(rival) for rival in found.rivals if rival.kind != "provider")
    head = f'<tr class="against-group"><th colspan="{len(_HEADS)}" scope="rowgroup">{_CONTROLS}'
    return f"{head}</th></tr>{rows}" if rows else ""


def _row(rival: Rival) -> str:
    mark = parts.mark(rival.provider) if rival.provider else ""
    failed = f"<small>failed at {rival.failed} of {rival.asked}</small>" if rival.failed else ""
    cells = (
        f'<th scope="row">{mark}<span>{escape(rival.name)}{failed}</span></th>',
        _cell("time", rival.time, time_detail(rival.time)),
        _cell("cost", rival.cost, cost_detail(rival.cost)),
        # Nobody votes on a mix, nor on the oracle.
        _cell("votes", rival.votes, votes_detail(rival.votes)) if rival.asked else "<td></td>",
    )
    return f"<tr>{''.join(cells)}</tr>"


def _cell(measure: str, judged: Difference | PairVotes | None, detail: str) -> str:
    tone = TONES.get(judged.word, "") if judged else ""
    verdict = f'<b class="{f"sp-{tone}" if tone else ""}">{said(judged, UNKNOWN[measure])}</b>'
    return f'<td data-of="{MEASURES[measure]}">{verdict}<small>{escape(detail)}</small></td>'
