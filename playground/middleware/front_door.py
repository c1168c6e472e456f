"""Who may ask at all: requests to a name of ours, and changes only from our own pages.

Streamlit checks the Host header of its WebSocket alone, takes an Origin of any port of this
machine, and answers every other route to anybody. So a page elsewhere could read through a name of
its own that points here (DNS rebinding), and any local web page could drive the playground.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from typing import Final

from playground.middleware.asgi import App, Message, Receive, Send, refuse, value_of

_LOG = logging.getLogger(__name__)
_HOST: Final = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS: Final = {"http": 80, "https": 443}
_FOREIGN_HOST = (
    "The playground does not answer to this name. Whoever runs it can add the name to "
    "server.allowedHosts in .streamlit/config.toml.\n"
)
_FOREIGN_ORIGIN = (
    "The playground takes this from its own pages only. Behind a proxy: pass the Host header on "
    "as the browser sent it.\n"
)


class FrontDoor:
    """Refuses foreign hosts on every route, and foreign origins on all that changes something.

    ``allowed_hosts``, asked once, gives them as Streamlit's ``server.allowedHosts`` has them:
    names, ``*.example.org``, or ``*``; nothing listed means any. A WebSocket must come from a page
    of the very host and port that it asks; one without an Origin is no browser's, and refused too.
    """

    def __init__(self, app: App, allowed_hosts: Callable[[], Sequence[str]]) -> None:
        self._app = app
        self._allowed = tuple(host.strip(" []").lower().rstrip(".") for host in allowed_hosts())

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on what may come in."""
        if scope["type"] in {"http", "websocket"}:
            if not self._knows(value_of(scope, b"host")):
                await refuse(scope, send, 403, _FOREIGN_HOST)
                return
            if _changes_something(scope) and not is_own_origin(scope):
                _LOG.warning("Refused %.200r, which is no page of %.200r", *_origin_and_host(scope))
                await refuse(scope, send, 403, _FOREIGN_ORIGIN)
                return
        await self._app(scope, receive, send)

    def _knows(self, host: str | None) -> bool:
        name = host_name(host)
        return name is not None and (
            not self._allowed or any(_matches(name, each) for each in self._allowed)
        )


def host_name(host: str | None) -> str | None:
    """The name in a Host header, in lower case and without its port; None where it is none."""
    found = _HOST.fullmatch(host or "")
    return found["name"].strip("[]").lower().rstrip(".") or None if found else None


def is_own_origin(scope: Message) -> bool:
    """Whether the request's Origin is the very host and port that it asks."""
    scheme, _, asking = (value_of(scope, b"origin") or "").partition("://")
    default = _PORTS.get(scheme)
    if default is None:
        return False
    return _at(asking, default) == _at(value_of(scope, b"host"), default) is not None


def _origin_and_host(scope: Message) -> tuple[str, str]:
    return value_of(scope, b"origin") or "", value_of(scope, b"host") or ""


def _at(host: str | None, default: int) -> tuple[str, int] | None:
    found, name = _HOST.fullmatch(host or ""), host_name(host)
    return (name, int(found["port"] or default)) if found and name else None


def _changes_something(scope: Message) -> bool:
    return scope["type"] == "websocket" or scope["method"] not in _READING


def _matches(name: str, allowed: str) -> bool:
    if allowed.startswith("*."):
        return name.endswith(allowed[1:])
    return allowed in {"*", name}
