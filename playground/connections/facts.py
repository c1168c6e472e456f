"""What a server says of itself: its fleet, and who can answer there. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from speko_client.models import Fleet, KnownProvider


@dataclass(frozen=True)
class ServerFacts:
    """``fleet`` is None where the server is not the embedded gateway; ``problem``: what failed.

    ``pending``: the embedded gateway is still starting, and the rest is not known yet.
    """

    fleet: Fleet | None = None
    known: tuple[KnownProvider, ...] = ()
    problem: str | None = None
    pending: bool = False

    @property
    def takes_drills(self) -> bool:
        """Whether faults can be injected into this session's requests."""
        return self.pending or (self.fleet is not None and bool(self.fleet.drills))
