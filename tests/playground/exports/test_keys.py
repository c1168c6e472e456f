"""No key leaves: planted wherever one can come from, and looked for in every file and share."""

from __future__ import annotations

import base64
import io
import zipfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from playground.exports.formats import FORMATS
from playground.exports.page import session_page
from playground.receipts.request_code import LANGUAGES, sent
from playground.servers.connection import Connection, configured, embedded, other
from playground.sessions.engine import Engine
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation, TurnSettings
from playground.settings import load_settings
from playground.shares.shares import share, shared_page
from playground.teams.owner import MACHINE_OWNER
from speko_client.models import CONNECTIONS_HEADER, VendorCredentials
from tests.patience import PATIENCE
from tests.playground.running import stored
from tests.playground.servers.wire_server import (
    META,
    USAGE,
    Script,
    ThreadedWireServer,
    Wire,
)
from tests.turns import conversation

ENVIRONMENT = "sk-fake-env-" + "Qm3vT8xZ2kLp7Rw5Ns9Y"
SECRETS = "sk-fake-toml-" + "Hd6jB4cV1gXs8Fq2Mn7K"
TYPED = "sk-fake-page-" + "Wz5tG9yE3uPa6Jr1Lc8D"
KEYS = (ENVIRONMENT, SECRETS, TYPED)


def forms(key: str) -> list[str]:
    """How a key may be written."""
    plain = [key, key[8:], key.encode().hex()]
    padded = [base64.b64encode(b" " * shift + key.encode()).decode()[4:-4] for shift in range(3)]
    return plain + padded


def assert_no_key(content: bytes, where: str) -> None:
    """None of the planted keys is in it, in any form; a ZIP is looked into."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b"".join(map(archive.read, archive.namelist()))
    for key in KEYS:
        for form in forms(key):
            assert form.encode() not in content, where


@pytest.fixture
def connections(
    wire: ThreadedWireServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> list[Connection]:
    """A server by each way a key can come: environment, secrets file, Connections page."""
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path / "settings"))
    monkeypatch.setenv("OPENAI_API_KEY", ENVIRONMENT)
    monkeypatch.setenv("SPEKO_API_KEY", ENVIRONMENT)
    monkeypatch.setenv("SPEKO_BASE_URL", wire.base_url)
    by_environment = configured(load_settings({}))
    monkeypatch.delenv("SPEKO_API_KEY")
    by_secrets = configured(load_settings({"SPEKO_API_KEY": SECRETS}))
    typed = {"openai": VendorCredentials(key=SecretStr(TYPED))}
    assert by_environment is not None
    assert by_secrets is not None
    return [
        by_environment,
        by_secrets,
        other(wire.base_url, SecretStr(TYPED), takes_vertical=True),
        embedded(wire.base_url, ENVIRONMENT, typed),
    ]


async def repeats_everything(wire: Wire) -> None:
    """Fail, and repeat the request's headers wherever a text can stand."""
    told = " ".join(wire.asked.headers.values())
    attempt = {
        "provider": "openai",
        "model": "gpt-4o",
        "outcome": "failed",
        "durationMs": 5,
        "code": "AUTH_FAILED",
        "message": f"Incorrect key: {told}",
    }
    body = {
        "error": f"refused {told}",
        "code": "ALL_PROVIDERS_FAILED",
        "attempts": [attempt],
        "details": told,
    }
    await wire.fail(500, body)


async def breaks_off(wire: Wire) -> None:
    """Begin an answer, and break it off with the request's headers."""
    told = " ".join(wire.asked.headers.values())
    await wire.start()
    await wire.event("meta", META)
    await wire.event("delta", {"text": "Half an answer."})
    await wire.event("error", {"error": f"lost {told}", "code": "STREAM_BROKEN"})


async def answers_with_them(wire: Wire) -> None:
    """Answer with the request's headers, but for those that the embedded gateway keeps."""
    told = " ".join(wire.asked.headers.values())
    if CONNECTIONS_HEADER.lower() in {name.lower() for name in wire.asked.headers}:
        told = "nothing"
    await wire.start()
    await wire.event("meta", {**META, "words": told})
    for place in range(0, len(told), 5):
        await wire.event("delta", {"text": told[place : place + 5]})
    done = {"text": told, "notes": [told], "reasoning": told, "finishReason": told}
    await wire.event("done", {**META, "usage": USAGE, **done})


async def ranks_with_them(wire: Wire) -> None:
    """A ranking whose notes repeat the headers."""
    told = " ".join(wire.asked.headers.values())
    ranked = {"providerId": "openai", "modelId": "gpt-4o", "score": 0.9, "scoresRunId": "demo-1"}
    await wire.json({**ranked, "notes": [told]} if ENVIRONMENT not in told else ranked)


@pytest.mark.parametrize("script", [repeats_everything, breaks_off, answers_with_them])
def test_no_file_and_no_share_has_a_key(
    engine: Engine,
    wire: ThreadedWireServer,
    store: OwnerStore,
    store_file: Path,
    connections: list[Connection],
    script: Script,
) -> None:
    wire.script = script
    wire.preview = ranks_with_them
    session = conversation()
    for connection in connections:
        run = engine.submit(
            MACHINE_OWNER, connection, session, "Hello?", TurnSettings(), parent_id=session.leaf_id
        )
        assert run.wait(PATIENCE)
        assert run.turn.status == ("done" if script is answers_with_them else "failed")
        session = stored(store)
    headers = [value for asked in wire.asked for value in asked.headers.values()]
    assert any(ENVIRONMENT in value for value in headers)
    assert any(SECRETS in value for value in headers)
    assert any(TYPED in value for value in headers)
    assert_nothing_leaves(session, store, store_file)
    for connection, turn in zip(connections, session.turns, strict=True):
        asked = sent(turn, session.path_to(turn.parent_id), connection)
        for language in LANGUAGES:
            assert_no_key(language.write(asked).encode(), language.name)


def assert_nothing_leaves(session: Conversation, store: OwnerStore, store_file: Path) -> None:
    """Neither in a file of one or of many sessions, nor by a link, nor in the store."""
    assert len(session.turns) == 4
    for form in FORMATS:
        assert_no_key(form.file([session]), form.key)
        assert_no_key(form.file([session, session]), f"{form.key}, many")
    token = share(store, session.id, session.title, session_page(session).decode(), None)
    page = shared_page(store.database, token)
    assert page is not None
    assert_no_key(page.encode(), "share")
    for path in store_file.parent.iterdir():
        assert_no_key(path.read_bytes(), path.name)
