"""The receipt under an answer: nothing is built until it is opened, and then all of it."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from playground.runtime import get_runtime
from playground.teams.owner import MACHINE_OWNER
from speko_client.models import RoutingPreview
from tests.pages.test_analytics_page import ROOT
from tests.pages.turn_acts import act
from tests.patience import PATIENCE
from tests.turns import answered, failed, served

RANKED = RoutingPreview(provider_id="openai", model_id="gpt-4o", score=0.8)


@pytest.fixture
def app(stand_in: object) -> AppTest:
    """The chat with a straight turn and one that failed over."""
    attempts = (failed("openai", "gpt-4o"), answered("xai", "grok-2"))
    straight = served(1, failover_count=0, scores_run_id="demo-1")
    failed_over = served(2, "xai", "grok-2", attempts=attempts, failover_count=1)
    for turn in (straight, failed_over):
        get_runtime().store.of(MACHINE_OWNER).save_turn(turn.model_copy(update={"ranking": RANKED}))
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    app.query_params["c"] = "c"
    return app.run()


def receipts(app: AppTest) -> list[str]:
    """The receipts that are drawn, as HTML."""
    drawn = [str(each.proto.body) for each in app.get("html")]
    return [html for html in drawn if "<h2>Facts</h2>" in html]


def test_a_closed_receipt_builds_nothing(app: AppTest) -> None:
    assert not app.exception
    assert not receipts(app)


def test_a_receipt_opens_with_what_was_sent_as_code(app: AppTest) -> None:
    act(app, "receipt", "t2")
    (html,) = receipts(app)
    assert (
        "openai/gpt-4o was the first choice; it timed out after 5.0 s, so xai/grok-2 answered."
        in html
    )
    (code,) = app.code
    assert code.value.count("Book me an appointment for Tuesday.") == 2, "the turn before as well"
    assert '"role": "assistant"' in code.value
    app.button_group(key="code-t2").set_value("Python, spekoai")
    act(app, "receipt", "t2")
    (code,) = app.code
    assert "from spekoai import Speko" in code.value


def test_it_says_whether_the_scores_are_still_in_force(app: AppTest) -> None:
    act(app, "receipt", "t1")
    (html,) = receipts(app)
    assert "demo-1, still in force" in html


def test_the_menu_opens_the_code_by_itself(app: AppTest) -> None:
    act(app, "code", "t1")
    assert not receipts(app)
    (code,) = app.code
    assert code.value.count("Book me an appointment for Tuesday.") == 1
