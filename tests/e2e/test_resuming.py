"""A browser session, with its keys and its form, is resumed by its own visitor only."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.e2e.harness import PlaygroundServer
from tests.patience import PATIENCE

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server_env() -> dict[str, str]:
    """Visitors are told apart."""
    return {"SPEKO_VISITORS": "cookie"}


@pytest.fixture(scope="module")
def server_model_file() -> None:
    """No model: nobody asks anything here."""


def new_cookie(server: PlaygroundServer) -> str:
    """What a browser that comes for the first time sends from then on."""
    url = f"{server.url}/_stcore/host-config"
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:  # noqa: S310
        return str(answer.headers["set-cookie"]).partition(";")[0]


@contextmanager
def page(server: PlaygroundServer, cookie: str, resume: str = "") -> Iterator[ClientConnection]:
    """A page's WebSocket; ``resume`` is the id of the browser session that it asks for."""
    names = [Subprotocol(name) for name in ("streamlit", "no-token", resume) if name]
    headers = {"Origin": server.url, "Cookie": cookie}
    url = f"ws://127.0.0.1:{server.port}/_stcore/stream"
    with connect(url, additional_headers=headers, subprotocols=names, proxy=None) as websocket:
        yield websocket


def session_of(websocket: ClientConnection) -> str:
    """The id of the browser session in which the page's script runs."""
    run = BackMsg()
    run.rerun_script.query_string = ""
    websocket.send(run.SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(bytes(websocket.recv(PATIENCE)))  # type: ignore[arg-type]
        if message.HasField("new_session"):
            return message.new_session.initialize.session_id


def test_whoever_knows_its_id_gets_another_one_unless_it_is_theirs(
    server: PlaygroundServer,
) -> None:
    ada, eve = new_cookie(server), new_cookie(server)
    with page(server, ada) as websocket:
        session = session_of(websocket)
        with page(server, eve, session) as another:
            assert session_of(another) != session
    with page(server, eve, session) as another:
        assert session_of(another) != session
    with page(server, ada, session) as again:
        assert session_of(again) == session
