"""The drill's part of the Routing page, and its banner, on a stand-in for the gateway."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from playground.drills.state import DrillState, Length, RunningDrill
from playground.servers.server_choice import OtherServer, ServerChoice
from speko_client.models import Fault
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE

PREVIEW = {
    "providerId": "anthropic",
    "modelId": "anthropic-model",
    "score": 0.9,
    "runnersUp": [{"providerId": "openai", "modelId": "openai-model", "score": 0.5}],
}


def script() -> None:
    """The banner, as on every page, and the drill's view."""
    from playground.drills.banner_view import drill_banner
    from playground.drills.drill_view import drill_view
    from playground.routing.desk_view import open_desk

    drill_banner()
    drill_view(open_desk())


@pytest.fixture
def app(stand_in: StandIn) -> AppTest:
    """The page before anything was clicked; Anthropic would answer."""
    stand_in.preview = PREVIEW
    return AppTest.from_function(script, default_timeout=PATIENCE).run()


def state_of(app: AppTest) -> DrillState:
    state = app.session_state["drill"]
    assert isinstance(state, DrillState)
    return state


def banners(app: AppTest) -> list[str]:
    drawn = [str(each.proto.body) for each in app.get("html") if isinstance(each, Element)]
    return [html for html in drawn if 'role="status"' in html and "<b>Drill</b>" in html]


def test_a_story_starts_with_one_click_and_the_banner_tells_of_it(app: AppTest) -> None:
    assert not banners(app)
    app.button(key="preset-first-down").click().run()
    (banner,) = banners(app)
    assert "Anthropic anthropic-model: down" in banner
    assert "3 messages left" in banner
    app.button(key="end-drill").click().run()
    assert not banners(app)
    assert state_of(app).plan, "to start it again"


def test_one_of_ones_own_is_made_of_faults_and_a_length(app: AppTest) -> None:
    app.selectbox(key="drill-target").select("anthropic:anthropic-model")
    app.button_group(key="drill-kind").set_value("flaky").run()
    app.slider(key="drill-rate").set_value(20).run()
    assert any("Is down for 20 % of the messages" in each.value for each in app.caption)
    app.button(key="drill-add").click().run()
    app.button_group(key="drill-unit").set_value("minutes").run()
    app.text_input(key="drill-count-minutes").set_value("5").run()
    app.button(key="drill-start").click().run()
    running = state_of(app).running
    assert running is not None
    assert running.length == Length(5, "minutes")
    assert running.faults == (Fault(target="anthropic:anthropic-model", kind="flaky", rate=0.2),)
    app.button(key="drill-remove-anthropic:anthropic-model").click().run()
    assert state_of(app).plan == ()
    assert state_of(app).running == running, "what runs goes on until it is ended or replaced"


def test_one_whose_time_is_up_says_so_and_goes(app: AppTest) -> None:
    long_ago = datetime.now(UTC) - timedelta(minutes=9)
    running = RunningDrill((Fault(target="openai"),), Length(5, "minutes"), long_ago)
    app.session_state["drill"] = DrillState(running)
    app.run()
    assert [each.value for each in app.toast] == ["The drill is over, after 5 minutes."]
    assert not banners(app)
    assert state_of(app).running is None


def test_a_gateway_for_others_says_that_it_takes_none(stand_in: StandIn) -> None:
    stand_in.drills = False
    app = AppTest.from_function(script, default_timeout=PATIENCE).run()
    (told,) = app.info
    assert "takes no drills" in told.value
    assert not app.button


@pytest.fixture
def any_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visitors may name private addresses."""
    monkeypatch.setenv("SPEKO_ALLOW_PRIVATE_URLS", "true")


@pytest.mark.usefixtures("any_address")
def test_another_server_takes_none(stand_in: StandIn) -> None:
    app = AppTest.from_function(script, default_timeout=PATIENCE)
    other = OtherServer(stand_in.base_url)
    app.session_state["server_choice"] = ServerChoice(kind="other", other=other)
    app.run()
    (told,) = app.info
    assert "A drill needs the embedded gateway" in told.value


@pytest.mark.usefixtures("any_address")
def test_a_drill_ends_when_another_server_is_chosen(app: AppTest, stand_in: StandIn) -> None:
    app.button(key="preset-first-down").click().run()
    other = OtherServer(stand_in.base_url)
    app.session_state["server_choice"] = ServerChoice(kind="other", other=other)
    app.run()
    assert not banners(app)
    assert app.toast[0].value == "The drill is over, because only the embedded gateway takes one."
    assert state_of(app).running is None
