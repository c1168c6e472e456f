"""Models under several names: an explicit table, for a prefix may be another model.

``data/aliases.json`` says which name of a vendor's model stands for which: ``gpt-5.4-mini`` for
``gpt-5.4-mini-2026-03-17``, and what one vendor calls a model that another spells otherwise. A
snapshot's rows hold for every name of their model.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from speko_gateway.candidates import Candidate

_TABLE: Final = Path(__file__).parents[1] / "data" / "aliases.json"


def same_model(candidate: Candidate) -> Candidate:
    """The name that this candidate's figures stand under, where its own has none."""
    return _aliases().get(candidate, candidate)


@cache
def _aliases() -> Mapping[Candidate, Candidate]:
    table: Mapping[str, Mapping[str, str]] = json.loads(_TABLE.read_bytes())
    return {
        Candidate(vendor, name): Candidate(vendor, model)
        for vendor, names in table.items()
        for name, model in names.items()
    }
