"""The offer to fetch the local model, on a stand-in for the gateway."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from streamlit.testing.v1 import AppTest

from playground.runtime import get_runtime
from playground.servers.local_gateway import FetchProgress, ModelFetchError
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE

Fetch = Callable[[], Iterator[FetchProgress]]


def script() -> None:
    """The offer, as at the top of the chat."""
    from playground.connections.facts_view import server_facts
    from playground.connections.model_offer_view import model_offer
    from playground.connections.state import server_choice
    from playground.runtime import get_runtime

    runtime = get_runtime()
    connection = runtime.connection(server_choice(), private_allowed=True)
    facts = server_facts(runtime, connection)
    model_offer(runtime, facts)


@pytest.fixture
def fetched_by(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Callable[[Fetch], AppTest]:
    """The page of a playground without the model, once this fetch was asked for and is over."""
    stand_in.has_model_file = False

    def clicked(fetch: Fetch) -> AppTest:
        monkeypatch.setattr(get_runtime().gateway, "fetch_model", fetch)
        app = AppTest.from_function(script, default_timeout=PATIENCE).run()
        app.button(key="fetch-model").click().run()
        for thread in threading.enumerate():
            if thread.name == "model-fetch":
                thread.join(PATIENCE)
        return app.run()

    return clicked


def labels(app: AppTest) -> list[str]:
    assert not app.exception
    return [each.label for each in app.button]


def test_the_offer_goes_once_the_model_is_here(
    stand_in: StandIn, fetched_by: Callable[[Fetch], AppTest]
) -> None:
    def fetch() -> Iterator[FetchProgress]:
        yield FetchProgress(0, 100)
        stand_in.has_model_file = True
        yield FetchProgress(100, 100)

    app = fetched_by(fetch)
    assert labels(app) == []


def test_a_model_that_is_gone_again_is_offered_again(
    fetched_by: Callable[[Fetch], AppTest],
) -> None:
    """The data folder was cleared, and the gateway started anew: no page draws itself for ever."""
    app = fetched_by(lambda: iter([FetchProgress(100, 100)]))
    assert labels(app) == ["Fetch the local model"]


def test_a_fetch_that_fails_says_why_and_can_be_tried_again(
    fetched_by: Callable[[Fetch], AppTest],
) -> None:
    def fetch() -> Iterator[FetchProgress]:
        yield FetchProgress(50, 100)
        raise ModelFetchError("The hash does not match. Try again.")

    app = fetched_by(fetch)
    assert app.warning[0].value == "The hash does not match. Try again."
    assert labels(app) == ["Try again"]


def test_a_bug_in_fetching_is_told_and_logged(
    fetched_by: Callable[[Fetch], AppTest], caplog: pytest.LogCaptureFixture
) -> None:
    def fetch() -> Iterator[FetchProgress]:
        yield FetchProgress(50, 100)
        raise RuntimeError("nobody thought of this")

    app = fetched_by(fetch)
    assert "its log says why" in app.warning[0].value
    assert labels(app) == ["Try again"]
    assert "nobody thought of this" in caplog.text
