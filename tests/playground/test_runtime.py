"""What one process shares: made once, lazily, and made anew after a shutdown."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from playground.library.selection import Selection
from playground.library.shelf import page_of
from playground.runtime import Runtime, get_runtime
from playground.servers.connection import Connection, check_server, other
from playground.servers.server_choice import ServerChoice
from playground.sessions.asking import run_turn
from playground.sessions.store import Store
from playground.sessions.turns import TurnSettings, utc_now
from playground.teams.owner import MACHINE_OWNER, Owner
from speko_client.errors import SpekoConnectionError
from speko_client.models import Fault
from tests.loopback_server import LoopbackServer
from tests.patience import PATIENCE
from tests.turns import conversation, turn


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data folder of the test's own, and no runtime left over before or after."""
    get_runtime().shutdown()
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path))
    yield tmp_path
    get_runtime().shutdown()


def test_all_threads_get_the_same_one() -> None:
    found: list[Runtime] = []
    threads = [threading.Thread(target=lambda: found.append(get_runtime())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(runtime) for runtime in found}) == 1


def test_chosen_scores_go_to_the_embedded_gateway_and_to_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    runtime = get_runtime()
    monkeypatch.setattr(runtime.gateway, "ensure", lambda: ("http://127.0.0.1:1", "k-gateway"))
    chosen = ServerChoice(scores="own-1")
    assert runtime.connection(chosen).headers["X-Speko-Scores"] == "own-1"
    assert "X-Speko-Scores" not in runtime.connection().headers
    elsewhere = replace(chosen, kind="speko", speko_key=SecretStr("k-mine"))
    assert runtime.connection(elsewhere).headers == {}


def test_nothing_is_started_or_written_before_it_is_used(data_dir: Path) -> None:
    get_runtime()
    assert list(data_dir.iterdir()) == []


def test_after_a_shutdown_there_is_a_new_one_with_the_settings_of_now(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = get_runtime()
    first.store.of(MACHINE_OWNER).save_turn(turn("t1"))
    first.shutdown()
    monkeypatch.setenv("SPEKO_PACE", "0")
    second = get_runtime()
    assert second is not first
    assert second.settings.pace == 0
    assert second.store.of(MACHINE_OWNER).recent(1)[0].turn_count == 1


def long_ago() -> datetime:
    """Forty days before now."""
    return utc_now() - timedelta(days=40)


@pytest.mark.parametrize(("days", "left"), [("", ["new", "old"]), ("30", ["new"])])
def test_sessions_unused_for_so_many_days_are_deleted_where_that_is_set(
    days: str, left: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEKO_RETENTION_DAYS", days)
    runtime = get_runtime()
    everyone = Store(runtime.settings.store_url, now=long_ago)
    everyone.of(Owner("ann")).save_turn(turn("t1", conversation_id="old"))
    everyone.close()
    runtime.store.of(Owner("ann")).save_turn(turn("t2", conversation_id="new"))
    runtime.tidy()
    assert [each.id for each in runtime.store.of(Owner("ann")).recent(5)] == left


def test_where_they_cannot_be_deleted_the_log_says_why(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SPEKO_RETENTION_DAYS", "30")
    (data_dir / "playground.db").mkdir()
    get_runtime().tidy()
    assert "could not be deleted" in caplog.text
    assert "playground.db cannot be opened" in caplog.text


def test_sessions_of_an_earlier_version_are_made_findable(data_dir: Path) -> None:
    data_dir.mkdir(exist_ok=True)
    shutil.copy(
        Path(__file__).parent / "sessions" / "store_of_version_5.db", data_dir / "playground.db"
    )
    runtime = get_runtime()
    store = runtime.store.of(MACHINE_OWNER)
    assert page_of(store, Selection(query="北京")).sessions == ()
    runtime.index_all(0)
    (found,) = page_of(store, Selection(query="北京")).sessions
    assert found.session.id == "branches"


def test_what_lay_in_a_bin_for_long_enough_is_deleted_without_any_setting() -> None:
    runtime = get_runtime()
    everyone = Store(runtime.settings.store_url, now=long_ago)
    anns = everyone.of(Owner("ann"))
    anns.save_turn(turn("t1", conversation_id="old"))
    anns.save_turn(turn("t2", conversation_id="kept"))
    anns.bin(["old"])
    everyone.close()
    runtime.tidy()
    assert [each.id for each in runtime.store.of(Owner("ann")).recent(5)] == ["kept"]
    assert runtime.store.of(Owner("ann")).load("old") is None


async def _answered(connection: Connection) -> None:
    async for _ in run_turn(connection, [], "Hello", TurnSettings()):
        """Nothing comes."""


def test_a_name_that_changes_its_answer_leads_to_nothing_private() -> None:
    with LoopbackServer() as server:
        visitors = other(server.base_url, None, takes_vertical=False, public_only=True)
        with get_runtime().client(visitors) as client:
            assert not check_server(client, visitors).ok
        with pytest.raises(SpekoConnectionError, match="it has a private address"):
            asyncio.run(_answered(visitors))


def test_a_playground_that_ends_keeps_what_had_arrived(data_dir: Path) -> None:
    script = Path(__file__).with_name("ends_while_running.py")
    subprocess.run([sys.executable, script], cwd=Path.cwd(), check=True, timeout=PATIENCE)
    conversation = get_runtime().store.of(MACHINE_OWNER).load("c")
    assert conversation is not None
    assert [(t.status, t.answer.text) for t in conversation.path()] == [("interrupted", "Part")]


def test_the_gateway_that_ships_answers_and_fails_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEKO_FLEET", "demo")
    monkeypatch.setenv("SPEKO_PACE", "0")
    runtime = get_runtime()
    form = TurnSettings(allowed=("openai", "anthropic"), drill=(Fault(target="openai"),))
    run = runtime.engine.submit(
        MACHINE_OWNER, runtime.connection(), conversation(), "Hello!", form, parent_id=None
    )
    assert run.wait(PATIENCE)
    answer = run.turn.answer
    assert (run.turn.status, answer.provider, answer.simulated) == ("done", "anthropic", True)
    assert answer.failover_count == len([a for a in answer.attempts if a.outcome == "failed"]) > 0
    assert {a.provider for a in answer.attempts if a.outcome == "failed"} == {"openai"}
    assert answer.timing is not None
    assert answer.cost_usd is not None


def test_with_a_key_the_embedded_gateway_is_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEKO_API_KEY", "k-hosted")
    connection = get_runtime().connection()
    assert connection.base_url == "https://api.speko.dev"
    with get_runtime().client(connection) as client:
        assert "k-hosted" not in repr(client)
