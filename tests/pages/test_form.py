"""The chat's form: a message goes out with what it shows, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.runtime import get_runtime
from playground.sessions.turns import Turn, TurnSettings
from playground.teams.owner import MACHINE_OWNER
from tests.pages.gateway_stand_in import StandIn
from tests.pages.turn_acts import act
from tests.patience import PATIENCE
from tests.turns import turn

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"


@pytest.fixture
def app(stand_in: StandIn) -> AppTest:
    """The chat page."""
    return opened()


def opened(settings: TurnSettings | None = None) -> AppTest:
    """The chat page; with the form of a stored session, if there is one."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    if settings is not None:
        store = get_runtime().store.of(MACHINE_OWNER)
        app.query_params["c"] = session = store.new_conversation_id()
        store.save_settings(session, settings)
    app.run()
    assert not app.exception
    return app


def field(app: AppTest, label: str) -> Any:
    """The form's field of that name."""
    fields = [*app.text_input, *app.text_area, *app.selectbox, *app.multiselect]
    return next(each for each in fields if each.label == label)


def send(app: AppTest) -> Turn | None:
    """Send a message; the turn that went out with it."""
    app.chat_input[0].set_value("Hello").run()
    assert not app.exception
    named = app.query_params.get("c")
    sent = turns_of(named if isinstance(named, str) else (named or [""])[0])
    return sent[-1] if sent else None


def turns_of(session: str) -> tuple[Turn, ...]:
    """What was sent in a session."""
    conversation = get_runtime().store.of(MACHINE_OWNER).load(session)
    return conversation.turns if conversation else ()


def told(app: AppTest) -> str:
    """All that the page says, without the backslashes that keep it from being Markdown."""
    said = (*app.warning, *app.caption, *app.toast)
    return " ".join(str(each.value) for each in said).replace("\\", "")


@pytest.mark.parametrize(
    ("label", "typed", "shown", "sent"),
    [
        ("Temperature", "5", "2", {"temperature": 2.0}),
        ("Temperature", "-1", "0", {"temperature": 0.0}),
        ("Temperature", "0,7", "0.7", {"temperature": 0.7}),
        ("Temperature", "", "", {"temperature": None}),
        ("Max tokens", "999999999", "1000000", {"max_tokens": 1_000_000}),
        ("Max tokens", "0", "1", {"max_tokens": 1}),
        ("Max tokens", "64,000", "64000", {"max_tokens": 64_000}),
    ],
)
def test_what_a_field_shows_is_what_is_sent(
    app: AppTest, label: str, typed: str, shown: str, sent: dict[str, object]
) -> None:
    field(app, label).set_value(typed)
    out = send(app)
    assert out is not None
    assert field(app, label).value == shown
    assert sent.items() <= out.settings.model_dump().items()


def beside_send(app: AppTest) -> str:
    """The line below the message box."""
    drawn = [str(each.proto.body) for each in app.get("html")]
    return next(html for html in drawn if 'class="next-message"' in html)


def test_beside_send_stands_what_the_next_message_takes_or_what_it_waits_for(
    stand_in: StandIn,
) -> None:
    stand_in.preview = {"providerId": "openai", "modelId": "gpt-4o", "score": 0.9}
    app = opened()
    assert "0</span> tokens in, 250 out" in beside_send(app)
    assert "≈ $0.0025</span> (estimated)" in beside_send(app)
    field(app, "Max tokens").set_value("100")
    field(app, "System prompt").set_value("x" * 4_000).run()
    assert "1,000</span> tokens in, 100 out" in beside_send(app)
    assert "≈ $0.0035</span> (estimated)" in beside_send(app)
    field(app, "Temperature").set_value("hot").run()
    assert "Messages wait. Temperature: “hot” is not a number." in beside_send(app)


def test_a_limit_that_was_applied_is_said(app: AppTest) -> None:
    field(app, "Temperature").set_value("5").run()
    assert "Temperature: “5” is above the limit: 2 is used." in told(app)
    field(app, "Temperature").set_value("1").run()
    assert "above the limit" not in told(app)


@pytest.mark.parametrize(
    ("label", "typed", "why"),
    [
        ("Temperature", "hot", "Temperature: “hot” is not a number. Write one from 0 to 2"),
        ("Max tokens", "many", "Max tokens: “many” is not a number. Write one from 1 to 1,000,000"),
        ("System prompt", "x" * 20_001, "The system prompt has 20,001 characters"),
    ],
)
def test_what_cannot_be_read_stays_and_the_message_waits_for_it(
    app: AppTest, label: str, typed: str, why: str
) -> None:
    field(app, label).set_value(typed)
    assert send(app) is None
    assert field(app, label).value == typed
    assert told(app).count(why) == 2, "at the field, and why it was not sent"
    assert f"Not sent yet. {why}" in told(app)
    field(app, label).set_value("").run()
    assert not app.warning
    assert send(app) is not None


def test_a_retry_goes_out_with_what_the_form_shows_too(stand_in: StandIn) -> None:
    store = get_runtime().store.of(MACHINE_OWNER)
    store.save_turn(turn("t1", text="", status="failed"))
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.query_params["c"] = "c"
    app.run()
    field(app, "Temperature").set_value("hot")
    act(app, "form", "t1")
    assert len(turns_of("c")) == 1
    field(app, "Temperature").set_value("0,7")
    act(app, "form", "t1")
    assert [each.settings.temperature for each in turns_of("c")] == [None, 0.7]


def test_a_language_that_is_none_is_neither_sent_nor_ranked(stand_in: StandIn) -> None:
    app = opened(TurnSettings(language="xx-YY"))
    assert send(app) is None
    assert field(app, "Language").value == "xx-YY"
    assert "Not sent yet. “xx-YY” is not a language tag." in told(app)
    app.switch_page("../pages/routing.py").run()
    assert [each.value for each in app.info] == [
        "Nothing is ranked before the intent above is right."
    ]


def test_a_stored_value_beyond_its_limit_is_put_right_in_sight(stand_in: StandIn) -> None:
    app = opened(TurnSettings(temperature=7.5, max_tokens=-3))
    assert (field(app, "Temperature").value, field(app, "Max tokens").value) == ("2", "1")
    assert "“7.5” is above the limit: 2 is used." in told(app)


def test_only_those_who_can_be_called_are_offered(app: AppTest) -> None:
    offered = field(app, "Allowed providers").options
    assert offered == ["Anthropic · anthropic-model"]
    assert field(app, "Simulate an outage of").options == offered


def test_a_model_that_is_gone_is_named_and_nobody_is_not_asked(stand_in: StandIn) -> None:
    app = opened(TurnSettings(allowed=("openai:gpt-3",)))
    assert "openai:gpt-3 is not asked: it is no longer offered." in told(app)
    assert send(app) is None
    assert "Not sent yet. Nobody is left to answer. Allow another provider." in told(app)
    field(app, "Allowed providers").set_value([]).run()
    assert send(app) is not None
