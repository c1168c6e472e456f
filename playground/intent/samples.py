"""Prompts to start with, each with the intent it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

from speko_client.models import OptimizeFor, Vertical


@dataclass(frozen=True)
class Sample:
    """A message with its intent; ``label`` is what the pill says."""

    label: str
    message: str
    language: str = "en"
    vertical: Vertical = "general"
    optimize_for: OptimizeFor = "balanced"


SAMPLES = (
    Sample(
        "Book me an appointment for Tuesday.",
        "Book me an appointment for Tuesday.",
        vertical="healthcare",
    ),
    Sample(
        "¿Cuánto cuesta una transferencia?",
        "¿Cuánto cuesta una transferencia internacional?",
        language="es",
        vertical="finance",
        optimize_for="cost",
    ),
    Sample(
        "What should I check before I sign a lease?",
        "What should I check before I sign a lease?",
        vertical="legal",
        optimize_for="accuracy",
    ),
    Sample(
        "Give me three names for a bakery.",
        "Give me three names for a bakery, with one line on each.",
        optimize_for="latency",
    ),
)

FOLLOW_UPS = {"Book me an appointment for Tuesday.": "3pm, with Dr. Chen."}
"""The second turn of a sample conversation, offered after the first is answered."""
