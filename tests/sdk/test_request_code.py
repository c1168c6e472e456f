"""A turn's code, run: what arrives is what the turn itself sent, field by field."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from playground.receipts.request_code import (
    LANGUAGES,
    Sent,
    curl,
    sent,
    speko_client_python,
    spekoai_python,
    typescript,
)
from playground.servers.connection import Connection, embedded, hosted, other
from playground.sessions.asking import run_turn
from playground.sessions.turns import Turn, TurnSettings
from speko_client.models import AxisWeights, Fault, WhatIf
from tests.client.wire_server import Request, WireServer, events, wire
from tests.gateway.process import ROOT
from tests.sdk.test_official_sdks import NEWEST, installed
from tests.turns import turn

KEY = "secret-of-the-test"
ANSWER = events(wire("stream-current-generation.sse"))
ODD = "It's \"quoted\" $HOME `ls` \\ %s {x}\nEND\n'''\n\0\t\x1b مرحبا 🙂\u2028 </script>"
EVERYTHING = TurnSettings(
    language="es-MX",
    vertical="healthcare",
    region="europe-west3",
    optimize_for="latency",
    temperature=0.2,
    max_tokens=300,
    system_prompt=f"You are a receptionist.\n{ODD}",
    allowed=("anthropic", "openai:gpt-5.5-mini"),
)
STAGED = EVERYTHING.model_copy(
    update={
        "drill": (Fault(target="openai", kind="down"),),
        "what_if": WhatIf(weights={"latency": AxisWeights(accuracy=0.2, latency=0.5, cost=0.3)}),
        "reply": "Hola.",
    }
)
TURNS = {
    "the least": turn("2", settings=TurnSettings()),
    "everything": turn("2", "1", settings=EVERYTHING, message=ODD),
    "staged": turn("2", "1", settings=STAGED),
}
HISTORY = (turn("1", message=ODD, text=f"An answer. {ODD}"),)

# The package cannot be had here: this stands for it, and sends as its documentation says.
SDK_STAND_IN = """
export class Speko {
  constructor({ apiKey, baseUrl }) { Object.assign(this, { apiKey, baseUrl }) }
  async complete(body) {
    await fetch(`${this.baseUrl}/v1/complete`, {
      method: "POST", body: JSON.stringify(body),
      headers: { authorization: `Bearer ${this.apiKey}`, "content-type": "application/json" },
    })
    return {}
  }
}
"""


@pytest.fixture
def server() -> Iterator[WireServer]:
    with WireServer() as found:
        yield found


@pytest.fixture(params=TURNS, ids=list(TURNS))
def asked(request: pytest.FixtureRequest) -> Turn:
    """A turn with more or less in it."""
    return TURNS[request.param]


def what_it_sent(server: WireServer, asked: Turn, connection: Connection) -> Request:
    """The turn's own request."""

    async def ask() -> None:
        async for _ in run_turn(connection, history(asked), asked.message, asked.settings):
            pass

    server.script(ANSWER)
    asyncio.run(ask())
    return server.requests.pop()


def history(asked: Turn) -> Sequence[Turn]:
    """What came before it."""
    return HISTORY if asked.parent_id else ()


def run(
    server: WireServer,
    command: Sequence[str],
    folder: Path,
    code: str,
    more: Mapping[str, str] | None = None,
) -> Request:
    """What arrives from a command that reads its code from a file."""
    script = folder / "code.mjs"
    script.write_text(code, "utf-8")
    server.script(ANSWER)
    known = {"SPEKO_API_KEY": KEY, "SPEKO_BASE_URL": server.url, "NO_PROXY": "*"}
    done = subprocess.run(
        [*command, str(script)],
        env={**os.environ, **known, **(more or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return server.requests.pop()


def parts(request: Request) -> tuple[str, Any, dict[str, str], str]:
    """Where it goes, its body, our own headers, and the key."""
    ours = {name: text for name, text in request.headers.items() if name.startswith("x-speko-")}
    return request.line, json.loads(request.body), ours, request.headers["authorization"]


def code_of(asked: Turn) -> Sent:
    return sent(asked, history(asked))


def same_but_for_the_key(request: Request, own: Request) -> None:
    """It arrived as the turn sent it, with the key of the environment."""
    *found, key = parts(request)
    *expected, _ = parts(own)
    assert found == expected
    assert key == f"Bearer {KEY}"


def test_curl_sends_it(server: WireServer, asked: Turn, tmp_path: Path) -> None:
    own = what_it_sent(server, asked, embedded(server.url, "its-own"))
    found = run(server, ["bash"], tmp_path, curl(code_of(asked)))
    same_but_for_the_key(found, own)
    assert found.headers["accept"] == own.headers["accept"]


def test_our_client_sends_it(server: WireServer, asked: Turn, tmp_path: Path) -> None:
    own = what_it_sent(server, asked, embedded(server.url, "its-own"))
    code = speko_client_python(code_of(asked))
    found = run(server, [sys.executable], tmp_path, code, {"PYTHONPATH": str(ROOT)})
    same_but_for_the_key(found, own)


def test_the_official_client_sends_all_it_can(
    server: WireServer, asked: Turn, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    own = what_it_sent(server, asked, embedded(server.url, "its-own"))
    code = spekoai_python(code_of(asked))
    packages = {"PYTHONPATH": str(installed(pytestconfig, NEWEST))}
    line, body, headers, key = parts(run(server, [sys.executable], tmp_path, code, packages))
    own_line, own_body, own_headers, _ = parts(own)
    assert "the vertical" in code
    del own_body["intent"]["vertical"]
    assert (line, body, key) == (own_line, own_body, f"Bearer {KEY}")
    lost = own_headers.keys() - headers.keys() - {"x-speko-reasoning"}
    assert all(name in code.lower() for name in lost)


@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_typescript_sends_it(server: WireServer, asked: Turn, tmp_path: Path) -> None:
    own = what_it_sent(server, asked, embedded(server.url, "its-own"))
    package = tmp_path / "node_modules" / "@spekoai" / "sdk"
    package.mkdir(parents=True)
    (package / "package.json").write_text('{"type": "module", "main": "index.js"}')
    (package / "index.js").write_text(SDK_STAND_IN)
    line, body, _, key = parts(run(server, ["node"], tmp_path, typescript(code_of(asked))))
    assert (line, body, key) == (*parts(own)[:2], f"Bearer {KEY}")


def test_a_server_that_takes_no_vertical_gets_none(server: WireServer, tmp_path: Path) -> None:
    elsewhere = other(server.url, SecretStr("its-own"), takes_vertical=False)
    asked = turn("2", settings=EVERYTHING, connection=elsewhere.name)
    own = what_it_sent(server, asked, elsewhere)
    assert "vertical" not in json.loads(own.body)["intent"]
    code = sent(asked, (), elsewhere)
    same_but_for_the_key(run(server, ["bash"], tmp_path, curl(code)), own)
    assert code.base_url == server.url
    service = hosted(SecretStr("its-own"))
    on_it = sent(turn("2", settings=EVERYTHING, connection=service.name), ())
    assert on_it.base_url == "https://api.speko.dev"
    assert "vertical" not in on_it.body["intent"]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda each: each.name)
def test_no_key_is_in_it(language: Any, asked: Turn) -> None:
    own = other("https://gateway.example", SecretStr(KEY), takes_vertical=True)
    code = language.write(sent(asked.model_copy(update={"connection": own.name}), (), own))
    assert KEY not in code
    assert "SPEKO_API_KEY" in code
    assert "https://gateway.example" in code


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_python_reads_any_text_back(text: str) -> None:
    said = replace(code_of(TURNS["the least"]), body={"messages": [text], "intent": {"l": text}})
    called: dict[str, Any] = {}

    class Asked:
        def __enter__(self) -> Asked:
            return self

        def __exit__(self, *_: object) -> None:
            return None

        def complete(self, **given: Any) -> Any:
            called.update(given)
            return type(
                "Answer", (), {"provider": "", "model": "", "failover_count": 0, "text": ""}
            )

    code = speko_client_python(said).replace("from speko_client import Speko", "")
    code = code.replace('os.environ["SPEKO_API_KEY"]', '""').replace("print(", "(")
    exec(compile(code, "code", "exec"), {"Speko": lambda **_: Asked()})  # noqa: S102
    assert called["messages"] == [text]
    assert called["intent"] == {"l": text}
