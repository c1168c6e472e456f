"""The shortest drill: an outage from the chat form, shown on each page until it is ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.drills.state import DrillState, Length, RunningDrill
from playground.runtime import get_runtime
from playground.sessions.turns import Conversation, TurnSettings
from playground.teams.owner import MACHINE_OWNER
from speko_client.models import Fault
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"
MODEL = "anthropic:anthropic-model"
DOWN = (Fault(target=MODEL, kind="down"),)


@pytest.fixture
def app(stand_in: StandIn) -> AppTest:
    """The chat page, with an outage of Anthropic's model just chosen."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE).run()
    field(app).set_value([MODEL]).run()
    assert not app.exception
    return app


def field(app: AppTest) -> Any:
    """Where an outage is chosen."""
    return next(each for each in app.multiselect if each.label == "Simulate an outage of")


def banner(app: AppTest) -> str:
    """What is said at the top of each page; empty where nothing is staged."""
    drawn = (str(each.proto.body) for each in app.get("html"))
    return next((html for html in drawn if 'class="drill-line"' in html), "")


def conversation_of(app: AppTest) -> Conversation:
    """The session in the URL."""
    named = app.query_params["c"]
    store = get_runtime().store.of(MACHINE_OWNER)
    conversation = store.load(named if isinstance(named, str) else named[0])
    assert conversation is not None
    return conversation


def test_it_shows_at_once_on_every_page(app: AppTest) -> None:
    assert "Anthropic anthropic-model: down" in banner(app)
    assert "until you end it" in banner(app)
    app.switch_page("../pages/connections.py").run()
    assert not app.exception
    assert "Anthropic anthropic-model: down" in banner(app)


def test_a_turn_is_sent_under_it_and_it_goes_on(app: AppTest) -> None:
    for message in ("Hello", "And now?"):
        app.chat_input[0].set_value(message).run()
        turn = conversation_of(app).path()[-1]
        assert (turn.message, turn.settings.drill, turn.drilled) == (message, DOWN, True)
    assert banner(app)
    assert conversation_of(app).settings.drill == (), "it is the tab's, not the session's"


def test_a_server_that_takes_no_drills_is_sent_none(stand_in: StandIn) -> None:
    stand_in.drills = False
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.session_state["drill"] = DrillState().with_outage([MODEL], datetime.now(UTC))
    app.run().chat_input[0].set_value("Hello").run()
    assert not conversation_of(app).path()[-1].settings.drill


def test_the_banner_ends_it(app: AppTest) -> None:
    app.button(key="end-drill").click().run()
    assert not banner(app)
    assert field(app).value == []


def test_so_does_the_form(app: AppTest) -> None:
    field(app).set_value([]).run()
    assert not banner(app)


def test_the_form_shows_what_is_down_wherever_it_was_begun(stand_in: StandIn) -> None:
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE).run()
    app.session_state["drill"] = DrillState().begun(DOWN, Length(2), datetime.now(UTC))
    app.run()
    assert field(app).value == [MODEL]
    assert "2 messages left" in banner(app)


def test_it_goes_on_in_a_new_session(app: AppTest) -> None:
    app.button(key="new-session").click().run()
    assert banner(app)
    assert field(app).value == [MODEL]


def test_a_link_to_a_session_brings_none_along(stand_in: StandIn) -> None:
    store = get_runtime().store.of(MACHINE_OWNER)
    session = store.new_conversation_id()
    store.save_settings(session, TurnSettings(drill=DOWN))
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.query_params["c"] = session
    app.run().chat_input[0].set_value("Hello").run()
    assert not banner(app)
    assert not conversation_of(app).path()[-1].drilled


@pytest.fixture
def reloaded(stand_in: StandIn) -> AppTest:
    """The page after its tab has told of a drill that was on."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.session_state["drill"] = DrillState().found(RunningDrill(DOWN, None, datetime.now(UTC)))
    return app.run()


def test_a_reload_asks_whether_it_goes_on(reloaded: AppTest) -> None:
    assert "A drill was running" in banner(reloaded)
    assert field(reloaded).value == []
    reloaded.button(key="go-on").click().run()
    assert "<b>Drill</b>" in banner(reloaded)
    assert field(reloaded).value == [MODEL]


def test_it_can_be_ended_there(reloaded: AppTest) -> None:
    reloaded.chat_input[0].set_value("Hello").run()
    assert not conversation_of(reloaded).path()[-1].drilled
    reloaded.button(key="end-drill").click().run()
    assert not banner(reloaded)


def test_one_that_ran_out_meanwhile_says_so(stand_in: StandIn) -> None:
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    long_ago = datetime.now(UTC) - timedelta(minutes=9)
    app.session_state["drill"] = DrillState().found(
        RunningDrill(DOWN, Length(5, "minutes"), long_ago)
    )
    app.run()
    assert app.toast[0].value == "The drill ended while the page was away, after 5 minutes."
    assert not banner(app)
