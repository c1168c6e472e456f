"""The chat page while its gateway is still starting, and where it does not start."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from benchmarks.rerun import fill
from playground.runtime import Runtime, get_runtime
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.turns import Turn
from playground.teams.owner import MACHINE_OWNER
from tests.patience import PATIENCE

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"
TOLD = "The embedded gateway ended at once."
Start = Callable[[], tuple[str, str]]


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A playground that has just been started, with the simulated fleet."""
    get_runtime().shutdown()
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SPEKO_PACE", "0")
    yield get_runtime()
    get_runtime().shutdown()


@pytest.fixture
def held(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The gateway does not start before somebody sets this."""
    up = threading.Event()
    start = runtime.gateway.ensure

    def ensure() -> tuple[str, str]:
        assert up.wait(PATIENCE)
        return start()

    monkeypatch.setattr(runtime.gateway, "ensure", ensure)
    yield up
    up.set()


@pytest.fixture
def broken(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """The gateway cannot start; this is set once it was tried."""
    tried = threading.Event()

    def ensure() -> tuple[str, str]:
        tried.set()
        raise GatewayStartError(TOLD)

    monkeypatch.setattr(runtime.gateway, "ensure", ensure)
    return tried


def opened() -> AppTest:
    """A visitor's first look, at the page's frame, and the second, which the browser asks for."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    return app.run().run()


def shown(app: AppTest) -> str:
    """What the page says in words."""
    typed = [each.proto.body for each in app.get("html")]
    return " ".join([*typed, *(str(each.value) for each in [*app.markdown, *app.error, *app.info])])


def turns(runtime: Runtime) -> tuple[Turn, ...]:
    """What the store has of the only conversation."""
    (summary,) = runtime.store.of(MACHINE_OWNER).recent(2)
    conversation = runtime.store.of(MACHINE_OWNER).load(summary.id)
    assert conversation is not None
    return conversation.path()


def set_once_sent(runtime: Runtime, up: threading.Event) -> threading.Thread:
    """Let the gateway start only after a message is in the store."""

    def work() -> None:
        while not runtime.store.of(MACHINE_OWNER).recent(1):
            threading.Event().wait(0.02)
        up.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_the_box_comes_before_the_form_and_both_before_the_gateway(
    runtime: Runtime, held: threading.Event
) -> None:
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE).run()
    assert len(app.chat_input) == 1
    assert not app.selectbox
    app.run()
    assert [each.label for each in app.selectbox] == ["Language", "Vertical", "Region"]
    assert "Starting the gateway" in shown(app)
    assert not app.error


def test_a_message_sent_while_the_gateway_starts_is_answered(
    runtime: Runtime, held: threading.Event
) -> None:
    app = opened()
    sent = set_once_sent(runtime, held)
    app.chat_input[0].set_value("Is anybody there?").run()
    sent.join()
    (turn,) = turns(runtime)
    assert (turn.message, turn.status) == ("Is anybody there?", "done")
    assert turn.answer.text in shown(app)
    assert "Starting the gateway" not in shown(app)


def test_a_message_sent_from_the_frame_is_answered(runtime: Runtime, held: threading.Event) -> None:
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE).run()
    sent = set_once_sent(runtime, held)
    app.chat_input[0].set_value("Is anybody there?").run()
    sent.join()
    assert [turn.status for turn in turns(runtime)] == ["done"]


def test_where_it_does_not_start_the_page_says_so_and_can_try_again(
    runtime: Runtime, broken: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = opened()
    wait_until_tried(runtime)
    if TOLD not in shown(app):
        app.run()
    assert TOLD in shown(app)
    broken.clear()
    app.button(key="reconnect").click().run()
    assert broken.wait(PATIENCE)


def test_where_it_does_not_start_a_message_is_kept(
    runtime: Runtime, broken: threading.Event
) -> None:
    app = opened()
    app.chat_input[0].set_value("Is anybody there?").run()
    (turn,) = turns(runtime)
    assert (turn.message, turn.status) == ("Is anybody there?", "failed")
    assert turn.error is not None
    assert turn.error.message == TOLD
    assert "Is anybody there?" in shown(app)
    assert TOLD in shown(app)


def wait_until_tried(runtime: Runtime) -> None:
    """Wait for the start in the background to have failed."""
    while runtime.gateway.starting:
        threading.Event().wait(0.01)


def test_a_long_session_comes_before_its_form(runtime: Runtime) -> None:
    session = fill(runtime.store.of(MACHINE_OWNER), 6)
    runtime.gateway.ensure()
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.query_params["c"] = session
    app.run()
    assert "Question 5:" in shown(app)
    assert len(app.chat_input) == 1
    assert not app.selectbox
    app.run()
    assert [each.label for each in app.selectbox] == ["Language", "Vertical", "Region"]
    app.run()
    assert app.selectbox, "the form stays"
    assert not app.exception


def test_a_session_that_grows_long_keeps_its_form(runtime: Runtime) -> None:
    store = runtime.store.of(MACHINE_OWNER)
    session = fill(store, 4)
    runtime.gateway.ensure()
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.query_params["c"] = session
    app.run()
    assert app.selectbox
    app.chat_input[0].set_value("One more?").run()
    assert "One more?" in shown(app)
    assert app.selectbox
