"""A what-if: the server's own snapshot with other weights, other figures or fewer candidates.

It holds for the request that brings it along and is remembered nowhere. Its id is made of its
content, so that the same what-if on the same snapshot has the same ``scoresRunId`` every time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from speko_client.models import WHAT_IF_ID, FigureEdit, RoutingIntent, WhatIf
from speko_gateway.candidates import Candidate, Selection
from speko_gateway.errors import GatewayError, invalid
from speko_gateway.routing.scores import TOKENS_PER_MINUTE, Row, Scope, Snapshot, Weights


def tried(snapshot: Snapshot, what_if: WhatIf) -> Snapshot:
    """The snapshot with this what-if on top. Raises GatewayError, 400, for an edit of nothing."""
    index: dict[Candidate, Mapping[Scope, Row]] = dict(snapshot.index)
    for number, edit in enumerate(what_if.edits):
        row = _edited(replace(snapshot, index=index), edit)
        if row is None:
            raise _nothing_to_edit(what_if, edit, number)
        index[row.candidate] = {**index.get(row.candidate, {}), _scope(edit): row}
    weights = {
        preset: Weights(each.accuracy, each.latency, each.cost)
        for preset, each in what_if.weights.items()
    }
    return replace(
        snapshot,
        file=snapshot.file.model_copy(
            update={
                "id": _id(snapshot, what_if),
                "label": f"What-if: {what_if.name} (on {snapshot.file.label})",
            }
        ),
        index=index,
        presets={**snapshot.presets, **weights},
        without=Selection.of(what_if.without),
        what_if=True,
    )


def _id(snapshot: Snapshot, what_if: WhatIf) -> str:
    """Of the content alone: under another name it routes the same."""
    content = what_if.model_dump_json(by_alias=True, exclude_none=True, exclude={"name"})
    return f"{WHAT_IF_ID}{hashlib.sha256(f'{snapshot.id} {content}'.encode()).hexdigest()[:12]}"


def _edited(snapshot: Snapshot, edit: FigureEdit) -> Row | None:
    """The row as edited: the closest there is for that scope, with the figures that are given.

    None where there is no row at all, and not every figure is given.
    """
    candidate = Candidate(edit.provider, edit.model)
    intent = RoutingIntent(language=edit.language, vertical=edit.vertical, region=edit.region)
    found = snapshot.lookups(intent).find(candidate)
    figures = _figures(edit)
    if found is None and len(figures) < len(Weights._fields):
        return None
    return Row.model_validate(
        {
            **(found.row.model_dump(exclude_none=True) if found else {}),
            **candidate._asdict(),
            **_scope(edit)._asdict(),
            **figures,
            "source": "What-if",
        }
    )


def _figures(edit: FigureEdit) -> dict[str, float]:
    per_minute = None if edit.cost is None else edit.cost * TOKENS_PER_MINUTE / 1_000_000
    given = {"quality": edit.quality, "ttft_ms": edit.ttft_ms, "usd_per_minute": per_minute}
    return {name: value for name, value in given.items() if value is not None}


def _scope(edit: FigureEdit) -> Scope:
    return Scope(edit.language, edit.vertical, edit.region)


def _nothing_to_edit(what_if: WhatIf, edit: FigureEdit, number: int) -> GatewayError:
    who = Candidate(edit.provider, edit.model)
    return invalid(
        f"X-Speko-What-If: edits.{number}: “{what_if.name}” changes a figure of {who}, and the "
        f"snapshot has no figures for {who}. Give its quality, ttftMs and cost, or take this "
        "what-if out of use."
    )
