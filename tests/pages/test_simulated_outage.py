"""The shortest drill: an outage from the chat form, shown on each page until it is taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.runtime import get_runtime
from playground.sessions.turns import TurnSettings
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
    return next(each for each in app.multiselect if each.label == "Simulate an outage of ...")


def banner(app: AppTest) -> str:
    """What is said at the top of each page; empty where nothing is staged."""
    drawn = (str(each.proto.body) for each in app.get("html"))
    return next((html for html in drawn if 'class="drill-line"' in html), "")


def opened(app: AppTest) -> str:
    """The id of the session in the URL."""
    named = app.query_params["c"]
    return named if isinstance(named, str) else named[0]


def stored(app: AppTest) -> TurnSettings:
    """The form of the session in the URL, as a reload would find it."""
    conversation = get_runtime().store.of(MACHINE_OWNER).load(opened(app))
    assert conversation is not None
    return conversation.settings


def test_it_shows_at_once_and_outlives_a_reload(app: AppTest) -> None:
    assert "Anthropic anthropic-model: down" in banner(app)
    assert "until you end it" in banner(app)
    reloaded = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    reloaded.query_params["c"] = opened(app)
    reloaded.run()
    assert "Anthropic anthropic-model: down" in banner(reloaded)
    assert field(reloaded).value == [MODEL]


def test_it_shows_on_a_page_without_the_form(app: AppTest) -> None:
    app.switch_page("../pages/connections.py").run()
    assert not app.exception
    assert "Anthropic anthropic-model: down" in banner(app)


def test_a_page_without_the_form_ends_it_after_a_reload(app: AppTest) -> None:
    reloaded = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    reloaded.query_params["c"] = opened(app)
    reloaded.switch_page("../pages/connections.py").run()
    assert banner(reloaded)
    reloaded.button(key="end-drill").click().run()
    assert not banner(reloaded)
    assert stored(app).drill == ()


def test_a_turn_is_sent_under_it_and_it_goes_on(app: AppTest) -> None:
    for message in ("Hello", "And now?"):
        app.chat_input[0].set_value(message).run()
        conversation = get_runtime().store.of(MACHINE_OWNER).load(opened(app))
        assert conversation is not None
        assert conversation.path()[-1].message == message
        assert conversation.path()[-1].settings.drill == DOWN
        assert conversation.path()[-1].drilled
    assert banner(app)


def test_a_server_that_takes_no_drills_is_sent_none(stand_in: StandIn) -> None:
    stand_in.drills = False
    store = get_runtime().store.of(MACHINE_OWNER)
    session = store.new_conversation_id()
    store.save_settings(session, TurnSettings(drill=DOWN))
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.query_params["c"] = session
    app.run().chat_input[0].set_value("Hello").run()
    conversation = store.load(session)
    assert conversation is not None
    assert not conversation.path()[-1].settings.drill


def test_the_banner_ends_it(app: AppTest) -> None:
    assert stored(app).drill == DOWN
    app.button(key="end-drill").click().run()
    assert not banner(app)
    assert field(app).value == []
    assert stored(app).drill == ()


def test_so_does_the_form(app: AppTest) -> None:
    field(app).set_value([]).run()
    assert not banner(app)
    assert stored(app).drill == ()


def test_a_new_session_is_without(app: AppTest) -> None:
    app.button(key="new-session").click().run()
    assert not banner(app)
    assert field(app).value == []


def test_another_session_is_without(app: AppTest) -> None:
    store = get_runtime().store.of(MACHINE_OWNER)
    other = store.new_conversation_id()
    store.save_settings(other, TurnSettings(language="es"))
    app.query_params["c"] = other
    app.switch_page("../pages/connections.py").run()
    assert not banner(app)
