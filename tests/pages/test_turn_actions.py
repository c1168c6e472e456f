"""Acting on a turn: edit, ask again, walk branches, delete and undo, rename, and the sheets."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.runtime import get_runtime
from playground.sessions.turns import Answer, Conversation, Turn, TurnSettings
from playground.teams.owner import MACHINE_OWNER
from speko_client.models import Fault, RoutingPreview, ScoredCandidate
from tests.pages.gateway_stand_in import StandIn
from tests.pages.test_form import UI
from tests.pages.turn_acts import act, drawn
from tests.patience import PATIENCE
from tests.turns import turn

COOL = TurnSettings(temperature=0.2, system_prompt="Be brief.", allowed=("openai",))
ANN, BEN = Answer(text="Ann's", provider="ann"), Answer(text="Ben's", provider="ben", model="m")


def saved(*turns: Turn) -> AppTest:
    """The chat of a session with these turns."""
    for each in turns:
        get_runtime().store.of(MACHINE_OWNER).save_turn(each)
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.query_params["c"] = "c"
    app.run()
    assert not app.exception
    return app


def stored() -> Conversation:
    """The session as it is in the store."""
    found = get_runtime().store.of(MACHINE_OWNER).load("c")
    assert found is not None
    return found


def asked(app: AppTest) -> Turn:
    """The turn that was asked last, once it is over."""
    run = get_runtime().engine.run_for(MACHINE_OWNER, "c")
    assert run is None or run.wait(PATIENCE)
    app.run()
    return stored().turns[-1]


def captions(app: AppTest) -> str:
    assert not app.exception
    return " ".join(str(each.value).replace("\\", "") for each in app.caption)


def toasts(app: AppTest) -> str:
    return " ".join(str(each.value) for each in app.toast)


@pytest.fixture
def app(stand_in: StandIn) -> AppTest:
    """Two turns, the second asked by settings of its own."""
    drilled = COOL.model_copy(update={"drill": (Fault(target="openai", kind="down"),)})
    return saved(turn("t1"), turn("t2", "t1", settings=drilled))


def test_an_edited_message_goes_out_beside_the_first(app: AppTest) -> None:
    act(app, "resend", "t2", text="Another way")
    new = asked(app)
    assert (new.message, new.parent_id) == ("Another way", "t1")
    assert new.settings == TurnSettings(), "as the form is"
    assert [each.id for each in stored().path()] == ["t1", new.id]
    assert [each.id for each in stored().siblings(new)] == ["t2", new.id]
    assert "2 of 2" in drawn(app)


def test_it_is_asked_again_as_it_was_though_not_under_the_drill_of_then(app: AppTest) -> None:
    act(app, "again", "t2")
    new = asked(app)
    assert (new.message, new.settings) == ("Message t2", COOL)


def test_another_provider_is_pinned_for_this_turn_alone(app: AppTest) -> None:
    before = stored().settings
    act(app, "with", "t2", to="anthropic:claude-3-5-haiku")
    new = asked(app)
    assert new.settings == COOL.model_copy(update={"allowed": ("anthropic:claude-3-5-haiku",)})
    assert stored().settings == before
    assert not next(each for each in app.multiselect if "Allowed" in each.label).value


def test_the_others_it_was_ranked_with_can_be_asked(stand_in: StandIn) -> None:
    ranked = [ScoredCandidate(provider_id=name, model_id="m", score=0.5) for name in ("ann", "ben")]
    ranking = RoutingPreview(
        provider_id="ann", model_id="m", score=0.5, winner=ranked[0], runners_up=ranked[1:]
    )
    answer = Answer(text="Yes", provider="ann", model="m")
    html = drawn(saved(turn("t1", answer=answer, ranking=ranking)))
    assert 'data-to="ben:m"' in html
    assert 'data-to="ann:m"' not in html


def test_a_message_that_cannot_be_sent_is_not_lost(app: AppTest) -> None:
    field = next(each for each in app.text_input if each.label == "Temperature")
    field.set_value("hot")
    act(app, "resend", "t2", text="Another way")
    assert len(stored().turns) == 2
    assert "Not sent yet. Temperature" in toasts(app)
    assert "turn_box_sent" not in app.session_state, "the box stays open"
    act(app, "again", "t2")
    assert asked(app).settings == COOL, "asked by its own settings, which are right"


def test_delete_and_undo(app: AppTest) -> None:
    act(app, "delete", "t1")
    assert stored().path() == ()
    assert "A turn was deleted, and 1 turn below it." in drawn(app)
    assert "Ask once." in drawn(app), "nothing is left: the first screen"
    act(app, "undo", to="t1")
    assert [each.id for each in stored().path()] == ["t1", "t2"]
    assert "was deleted" not in drawn(app)
    assert "Message t2" in drawn(app)


def test_what_was_deleted_comes_back_after_a_reload_too(app: AppTest) -> None:
    act(app, "delete", "t2")
    act(app, "delete", "t1")
    again = saved()
    assert "A turn was deleted.<" in drawn(again)
    act(again, "undo", to="t1")
    assert [each.id for each in stored().path()] == ["t1"]
    act(again, "tree")
    assert 'aria-label="Bring back Message t2"' in drawn(again)
    act(again, "undo", to="t2")
    assert [each.id for each in stored().path()] == ["t1", "t2"]


def test_what_was_deleted_is_not_sent(app: AppTest, stand_in: StandIn) -> None:
    act(app, "delete", "t2")
    app.chat_input[0].set_value("And now?").run()
    new = asked(app)
    assert new.parent_id == "t1"
    assert [each.id for each in stored().path()] == ["t1", new.id]
    act(app, "undo", to="t2")
    assert {each.id for each in stored().siblings(new)} == {"t2", new.id}


def test_who_goes_on_from_a_deleted_turn_is_told(app: AppTest) -> None:
    act(app, "form", "gone")
    assert "not here any more" in toasts(app)
    assert len(stored().turns) == 2


def test_the_title_is_changed_in_its_place(app: AppTest) -> None:
    act(app, "rename", text="  Tides \n & moons ")
    assert stored().title == "Tides & moons"
    assert "Tides &amp; moons</h1>" in drawn(app)
    act(app, "rename", text="  ")
    assert stored().title == "Tides & moons"


def test_the_tree_leads_to_a_turn_on_another_branch(stand_in: StandIn) -> None:
    app = saved(turn("t1"), turn("t2", "t1"), turn("t3", "t2"), turn("other", "t1"))
    assert "Message t3" not in drawn(app)
    act(app, "tree")
    assert [html for html in drawn(app).split("data-to=")[1:] if html.startswith('"t3"')]
    act(app, "goto", to="t2")
    assert [each.id for each in stored().path()] == ["t1", "t2", "t3"]
    assert app.query_params["t"] in ("t2", ["t2"])


def test_a_link_leads_to_a_turn_on_a_branch_that_is_not_shown(stand_in: StandIn) -> None:
    saved(turn("t1"), turn("t2", "t1"), turn("t3", "t2"), turn("other", "t1"))
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.query_params["c"], app.query_params["t"] = "c", "t2"
    app.run()
    assert "Message t3" in drawn(app)
    assert stored().leaf_id == "other", "a link changes nothing"
    act(app, "show", "t2", to="other")
    assert "Message other" in drawn(app)


def test_the_charts_count_the_open_branch_or_all(stand_in: StandIn) -> None:
    app = saved(turn("t1", answer=ANN), turn("t2", "t1", answer=ANN), turn("t3", "t1", answer=BEN))
    app.switch_page("../pages/analytics.py").run()
    assert "Who answered: 2 of 2 turns" in captions(app)
    app.button_group(key="counted-c").set_value("All branches").run()
    assert "Who answered: 3 of 3 turns" in captions(app)


def test_siblings_say_what_differs_and_are_compared(stand_in: StandIn) -> None:
    app = saved(
        turn("a", answer=ANN, settings=TurnSettings(temperature=0.7)),
        turn("b", answer=BEN, settings=TurnSettings(temperature=0.2), message="Message a"),
    )
    assert "ben instead of ann, temperature 0.2 instead of 0.7" in drawn(app)
    act(app, "differences", "b", to="a")
    assert "<del>Ben</del><ins>Ann</ins>" in drawn(app)


@pytest.mark.parametrize("hostile", [{"name": 3}, {"name": "no such"}, {"turn": ["t1"]}, {}])
def test_a_click_that_makes_no_sense_does_nothing(app: AppTest, hostile: dict[str, Any]) -> None:
    before = stored()
    act(app, str(hostile.get("name") or ""), str(hostile.get("turn") or ""))
    assert stored() == before


def test_a_session_of_a_server_that_is_gone_goes_on_here(stand_in: StandIn) -> None:
    elsewhere = TurnSettings(allowed=("custom-lab",))
    get_runtime().store.of(MACHINE_OWNER).save_settings("c", elsewhere)
    app = saved(turn("t1", settings=elsewhere, connection="lab.example"))
    app.chat_input[0].set_value("And now?").run()
    assert "None of the allowed providers is at this server." in toasts(app)
    assert len(stored().turns) == 1
    next(each for each in app.multiselect if "Allowed" in each.label).set_value([])
    app.chat_input[0].set_value("And now?").run()
    assert asked(app).parent_id == "t1"
    sent = next(each.body for each in reversed(stand_in.asked) if each.path == "/v1/complete")
    assert [each["content"] for each in sent["messages"]][::2] == ["Message t1", "And now?"]
