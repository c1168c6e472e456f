"""The what-if view's live parts: linked sliders, the candidates' table, the order that glides.

Browser components of our own where Streamlit has none: three sliders that move each other and
report while the hand moves; a table that marks what was changed (decision 12). What they send is
checked like any visitor's input.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from playground.browser import widgets
from playground.look import palette, parts
from playground.routing.ranking_html import AXES, SHADES
from playground.routing.what_if_html import described_line, weight_line_html
from playground.routing.what_ifs import FIGURES, CandidateRow
from speko_client.models import WeightLine

_HERE = Path(__file__).parent
_WEIGHTS = "what-if-weights"
_CANDIDATES = "what-if-candidates"


def weight_sliders(
    weights: Mapping[str, float],
    lines: Sequence[WeightLine],
    *,
    revision: str,
    on_move: Callable[[], None],
) -> None:
    """Three sliders that sum to one, each with who wins along it.

    The sliders take ``weights`` when ``revision`` has changed; otherwise they stay where the person
    put them. ``on_move`` runs with each move, and reads it from ``moved_weights``.
    """
    _component("speko_weights", "what_if_weights.js")(
        key=_WEIGHTS,
        data={
            "revision": revision,
            "weights": dict(weights),
            "names": dict(AXES),
            "colours": dict(SHADES),
            "lines": {line.axis: weight_line_html(line) for line in lines},
            "descriptions": {line.axis: described_line(line) for line in lines},
        },
        on_moved_change=on_move,
    )


def moved_weights(revision: str) -> object:
    """The three weights as the sliders sent them; None where they belong to an older revision."""
    return _sent(_WEIGHTS, "moved", "weights", revision)


def candidates_table(
    rows: Sequence[CandidateRow], *, revision: str, on_type: Callable[[], None]
) -> None:
    """Switches and figures; ``revision`` and ``on_type`` as for the sliders."""
    _component("speko_candidates", "what_if_candidates.js")(
        key=_CANDIDATES,
        data={
            "revision": revision,
            "rows": [_shown(row) for row in rows],
            "figures": [
                {"key": name, "heading": kind.heading, "most": kind.most}
                for name, kind in FIGURES.items()
            ],
        },
        on_typed_change=on_type,
    )


def typed_rows(revision: str) -> Mapping[str, Any] | None:
    """What the table's cells say, by entry; None where they belong to an older revision."""
    sent = _sent(_CANDIDATES, "typed", "rows", revision)
    return sent if isinstance(sent, Mapping) else None


def gliding(html: str, *, key: str) -> None:
    """HTML whose rows glide to their new places when it changes."""
    script = (_HERE / "reorder.js").read_text("utf-8")
    component = st.components.v2.component("speko_reorder", js=script, isolate_styles=False)
    component(key=key, data={"html": html})


def _component(name: str, script: str) -> Any:
    return st.components.v2.component(
        name,
        js=(_HERE / script).read_text("utf-8"),
        css=(_HERE / "what_if.css").read_text("utf-8"),
        isolate_styles=False,
    )


def _sent(key: str, state: str, field: str, revision: str) -> object:
    value = widgets.sent(key, state)
    return value.get(field) if value.get("revision") == revision else None


def _shown(row: CandidateRow) -> dict[str, Any]:
    return {
        "entry": row.entry,
        "name": f"{row.provider}/{row.model}",
        "model": row.model,
        "vendor": palette.display_name(row.provider),
        "mark": parts.mark(row.provider),
        "today": dict(row.today),
        "tried": dict(row.tried),
        "on": row.on,
        "fixed": row.fixed,
        "note": "in reserve" if row.fixed else "",
    }
