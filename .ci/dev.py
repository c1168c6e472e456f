"""The app for whoever works on it: an open page loads itself again when the server was restarted.

``make dev`` restarts the server on every save. Streamlit's own reload would keep the old gateway,
and values of old classes in the browser state.
"""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from app import MIDDLEWARE, lifespan
from playground.middleware.asgi import App, Message, Receive, Send

UI = Path(__file__).resolve().parent.parent / "playground" / "ui.py"
WHICH_SERVER = "/which-server"
NOT_ASKED = {b"accept-encoding", b"if-none-match", b"if-modified-since"}
SCRIPT = f"""<script>
let known;
setInterval(async () => {{
  const answer = await fetch("{WHICH_SERVER}").catch(() => null);
  if (!answer?.ok) return;
  const server = await answer.text();
  if (known && known !== server) location.reload();
  known = server;
}}, 700);
</script></body>"""


class ReloadingPage:
    """Puts the script into each page, and tells it which process answers."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer the script's question; pass on all else, and change pages on their way out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif scope["path"] == WHICH_SERVER:
            await PlainTextResponse(str(os.getpid()))(scope, receive, send)
        else:
            plain = [each for each in scope["headers"] if each[0] not in NOT_ASKED]
            await self._app({**scope, "headers": plain}, receive, _with_script(send))


def _with_script(send: Send) -> Send:
    start: Message = {}

    async def changed(message: Message) -> None:
        if message["type"] == "http.response.start" and _is_page(message):
            start.update(message)
            lengthless = [each for each in start["headers"] if each[0] != b"content-length"]
            message = {**message, "headers": lengthless}
        elif start and message["type"] == "http.response.body":
            body = message.get("body", b"").replace(b"</body>", SCRIPT.encode())
            message = {**message, "body": body}
        await send(message)

    return changed


def _is_page(start: Message) -> bool:
    return any(value.startswith(b"text/html") for _, value in start["headers"])


app = st.App(str(UI), lifespan=lifespan, middleware=[Middleware(ReloadingPage), *MIDDLEWARE])
