"""Who a visitor is, and how the launcher tells the pages so."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final, Literal, Self, get_args
from urllib.parse import quote, unquote

from playground.teams.owner import MACHINE_OWNER, Owner

Kind = Literal["machine", "browser", "user", "account", "stranger"]
"""This machine's user; a browser with our cookie; a user whom the proxy or the sign-in service
vouches for; and somebody of whom nothing is known, ``name`` says why."""

VISITOR_HEADER: Final = f"x-speko-visitor-{secrets.token_hex(16)}"
"""The header in which the launcher names a visitor; another one in every process, and nowhere to
be read outside of it, so that no request can bring it along."""

VISITOR_KEY: Final = "playground_visitor"
"""Under which ``st.user`` has the header's value, for as long as the browser session lasts."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visitor. ``name`` is what the kind goes by: the cookie's id, the proxy's user.

    ``forget`` is what only this browser's own pages know: it makes the link that takes the cookie
    away again.
    """

    kind: Kind
    name: str = ""
    forget: str = ""

    @property
    def owner(self) -> Owner | None:
        """Whose things this visitor sees; None for a stranger. No name can be read from it."""
        if self.kind == "machine":
            return MACHINE_OWNER
        if self.kind == "stranger" or not self.name:
            return None
        if self.kind == "browser":
            return Owner(f"browser:{self.name}")
        return Owner(f"{self.kind}:{hashlib.sha256(self.name.encode()).hexdigest()[:32]}")

    def in_a_header(self) -> str:
        """The visitor as a header's value."""
        return " ".join((self.kind, *(quote(part, safe="") for part in (self.name, self.forget))))

    @classmethod
    def from_header(cls, value: str) -> Self:
        """The visitor of a header's value. Raises ValueError where it is not one of ours."""
        kind, name, forget = value.split(" ")
        for known in get_args(Kind):
            if kind == known:
                return cls(known, unquote(name), unquote(forget))
        raise ValueError("no such kind of visitor")


MACHINE_USER: Final = Visitor("machine")
WITHOUT_COOKIE: Final = Visitor("stranger", "cookie")
WITHOUT_NAME: Final = Visitor("stranger", "proxy")
TO_SIGN_IN: Final = Visitor("account")
"""Streamlit's own cookie says who it is, if anybody: ``st.user`` knows."""
