"""What each preset makes of the three axes (docs/contract.md, section 3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from speko_client.models import OptimizeFor


class Weights(NamedTuple):
    """How much each axis counts; they sum to one."""

    accuracy: float
    latency: float
    cost: float


PRESETS: Mapping[OptimizeFor, Weights] = {
    "balanced": Weights(0.5, 0.3, 0.2),
    "accuracy": Weights(0.8, 0.15, 0.05),
    "latency": Weights(0.2, 0.7, 0.1),
    "cost": Weights(0.15, 0.15, 0.7),
}
