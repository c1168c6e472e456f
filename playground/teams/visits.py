"""Middleware that gives each browser its cookie, and tells the pages whose request it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs

from playground.middleware.asgi import (
    App,
    Message,
    Receive,
    Send,
    peer_of,
    refuse,
    value_of,
)
from playground.teams.cookie import new_visitor, removal
from playground.teams.rules import Rules, is_secure
from playground.teams.visitor import MACHINE_USER, VISITOR_HEADER, WITHOUT_COOKIE

FORGET_PATH: Final = "forget-this-browser"
_FIRST_QUESTION: Final = "/_stcore/host-config"
"""Every page asks this before it opens its WebSocket."""
_NOT_STARTED: Final = "The playground cannot start; its log says why.\n"
_NOT_FORGOTTEN: Final = "This link is not for this browser. Its cookie is still there.\n"


class Visits:
    """Knows the visitor of each page and WebSocket, by the rules.

    A WebSocket gets the visitor in a header whose name only this process knows; Streamlit keeps it
    in ``st.user``, and gives nobody else the same browser session. ``load`` makes the rules, in a
    thread, and None as long as there are none. The first page of a process is not kept waiting for
    them: if it needs a cookie, it gets it with its next question.
    """

    def __init__(self, app: App, load: Callable[[], Rules | None]) -> None:
        self._app = app
        self._load = load
        self._known: Rules | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass on, with the visitor's header or with a cookie for the answer."""
        if scope["type"] == "websocket":
            await self._connect(scope, receive, send)
        elif scope["type"] == "http" and scope["path"].endswith(f"/{FORGET_PATH}"):
            await self._forget(scope, receive, send)
        elif scope["type"] == "http" and self._brings_a_cookie(scope):
            await self._app(scope, receive, await self._with_cookie(scope, receive, send))
        else:
            await self._app(scope, receive, send)

    def _brings_a_cookie(self, scope: Message) -> bool:
        if scope["path"].endswith(_FIRST_QUESTION):
            return True
        wants_page = "text/html" in (value_of(scope, b"accept") or "")
        return scope["method"] == "GET" and wants_page and self._known is not None

    async def _rules(self) -> Rules | None:
        if self._known is None:
            self._known = await asyncio.to_thread(self._load)
        return self._known

    async def _connect(self, scope: Message, receive: Receive, send: Send) -> None:
        rules = await self._rules()
        if rules is None:
            await refuse(scope, send, 503, _NOT_STARTED)
            return
        visitor = rules.visitor(scope, peer_of(scope, receive)).in_a_header()
        headers = [*scope["headers"], (VISITOR_HEADER.encode(), visitor.encode())]
        await self._app({**scope, "headers": headers}, receive, send)

    async def _with_cookie(self, scope: Message, receive: Receive, send: Send) -> Send:
        rules = await self._rules()
        visitor = rules.visitor(scope, peer_of(scope, receive)) if rules else MACHINE_USER
        if rules is None or not (visitor == WITHOUT_COOKIE or visitor.kind == "browser"):
            return send
        name = visitor.name if visitor.kind == "browser" else new_visitor()
        cookie = rules.cookie().for_visitor(name, secure=is_secure(scope))

        async def with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (b"set-cookie", cookie.encode())]
                message = {**message, "headers": headers}
            await send(message)

        return with_cookie

    async def _forget(self, scope: Message, receive: Receive, send: Send) -> None:
        rules = await self._rules()
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0]
        if rules is None or not rules.may_forget(scope, token):
            await refuse(scope, send, 403, _NOT_FORGOTTEN)
            return
        cookie = removal(secure=is_secure(scope))
        headers = [(b"location", b"./"), (b"set-cookie", cookie.encode())]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})
