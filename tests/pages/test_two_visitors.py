"""Two visitors of one playground: neither meets the other's sessions, on any page, by any link."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.demos.runs import DemoRun, demo_runs
from playground.demos.script_files import SHIPPED, parse_script
from playground.evaluate.draft import draft_of
from playground.evaluate.drafts import save_draft
from playground.evaluations.runs import RunStore
from playground.routing.saved_what_ifs import save_what_if, saved_what_ifs
from playground.runtime import get_runtime
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation, TurnError, TurnSettings
from playground.suites.suite import Arm, Case, Suite
from playground.teams.visitor import MACHINE_USER, Visitor
from speko_client.models import WhatIf
from tests.pages.gateway_stand_in import StandIn
from tests.pages.turn_acts import act
from tests.patience import PATIENCE
from tests.turns import turn
from tests.visitors import a_browser, be

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"
ANN, BEN = a_browser("ann"), a_browser("ben")
SECRET = "Merger with Globex"
PAGES = ("chat", "routing", "analytics", "sessions", "demo", "connections", "evaluate")
QUERIES: list[dict[str, str]] = [{}, {"t": "t1"}, {"view": "what-if"}, {"view": "drill"}]
NEW_EACH_TIME = r"\$\$ID-[0-9a-f]+-|[0-9a-f]{32,}|\bc=(c|nothing)\b"

pytestmark = pytest.mark.usefixtures("stand_in")


def store_of(visitor: Visitor) -> OwnerStore:
    """What this visitor has stored."""
    assert visitor.owner is not None
    return get_runtime().store.of(visitor.owner)


def page(visitor: Visitor, name: str = "chat", **query: str) -> AppTest:
    """A page at a deep link, as this visitor opens it."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    be(app, visitor)
    for key, value in query.items():
        app.query_params[key] = value
    return app.switch_page(f"../pages/{name}.py").run()


def drawn(block: Any) -> Iterator[str]:
    """Everything that is on a page, or in a part of it, as the browser gets it."""
    for child in getattr(block, "children", {}).values():
        yield f"{getattr(child, 'type', '')} {getattr(child, 'proto', '')}"
        yield from drawn(child)


def shown(app: AppTest) -> list[str]:
    """What the page shows, without the ids that are new each time."""
    state = app.session_state
    ours = str(state["reserved_conversation"]) if "reserved_conversation" in state else "none"
    texts = [text for part in (app.main, app.sidebar) for text in drawn(part)]
    return [re.sub(NEW_EACH_TIME, "", each.replace(ours, "")) for each in texts]


def anns() -> Conversation:
    """Ann's session as it is stored."""
    found = store_of(ANN).load("c")
    assert found is not None
    return found


@pytest.fixture
def conversation(stand_in: StandIn) -> Conversation:
    """Ann's session: an answer, another beside it, a message that failed."""
    store = store_of(ANN)
    store.save_turn(turn("t1", message=SECRET, text=f"All about the {SECRET}."))
    store.save_turn(turn("t2", "t1", text=f"More on the {SECRET}."))
    failed = TurnError(message=f"No {SECRET}.", code="X")
    store.save_turn(turn("t3", "t1", text="", status="failed", error=failed))
    store.save_settings("c", TurnSettings(language="ja", system_prompt=SECRET))
    save_what_if(store, WhatIf(name=SECRET, without=["anthropic"]))
    return anns()


@pytest.mark.usefixtures("conversation")
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_link_to_anothers_session_shows_what_a_link_to_none_shows(
    name: str, query: dict[str, str]
) -> None:
    theirs, nowhere = page(BEN, name, c="c", **query), page(BEN, name, c="nothing", **query)
    assert not theirs.exception
    assert not [text for text in shown(theirs) if SECRET in text]
    assert shown(nowhere) == shown(theirs)


@pytest.mark.usefixtures("conversation")
def test_the_owner_sees_it_by_the_same_links() -> None:
    for name in ("chat", "analytics"):
        assert [text for text in shown(page(ANN, name, c="c")) if SECRET in text]
    assert "not here" in page(BEN, c="c").info[0].value
    assert not page(ANN, c="c").info


def test_a_message_sent_from_anothers_link_begins_a_session_of_ones_own(
    conversation: Conversation,
) -> None:
    app = page(BEN, c="c")
    app.chat_input[0].set_value("Let me in").run()
    assert not app.exception
    assert anns() == conversation
    (mine,) = store_of(BEN).recent(5)
    assert (mine.title, mine.turn_count) == ("Let me in", 1)
    assert app.query_params["c"] == mine.id


@pytest.mark.parametrize("name", ["chat", "routing"])
def test_a_form_set_from_anothers_link_is_kept_as_ones_own(
    name: str, conversation: Conversation
) -> None:
    app = page(BEN, name, c="c")
    (language,) = [each for each in app.selectbox if str(each.key).startswith("language-")]
    assert language.value == "en"
    language.set_value("fr").run()
    assert not app.exception
    assert anns() == conversation


@pytest.mark.parametrize("name", ["chat", "routing"])
def test_a_browser_that_says_the_form_is_anothers_writes_nothing(
    name: str, conversation: Conversation
) -> None:
    app = page(BEN, name, c="c")
    for key in ("widget_scope", "last_conversation", "reserved_conversation"):
        app.session_state[key] = "c"
    app.session_state["form"] = TurnSettings(language="fr")
    app.run()
    for box in app.selectbox:
        if str(box.key).startswith("language-"):
            box.set_value("es")
    app.run()
    if app.chat_input:
        app.chat_input[0].set_value("Let me in").run()
    assert not app.exception
    assert anns() == conversation
    assert store_of(BEN).recent(5) == []


@pytest.mark.usefixtures("conversation")
def test_anothers_answer_that_arrives_can_be_neither_seen_nor_stopped() -> None:
    store_of(ANN).save_turn(turn("t4", "t3", status="running", text=SECRET))
    for name in PAGES:
        app = page(BEN, name, c="c")
        assert "stop" not in [each.key for each in app.button]
        assert not [text for text in shown(app) if SECRET in text]
    assert anns().path()[-1].status == "running"


def demo_of(visitor: Visitor) -> DemoRun:
    """A demo that this visitor has begun."""
    path = SHIPPED / "3-provider-outage-day.yaml"
    script = parse_script(path.read_bytes(), path.name)
    return demo_runs(get_runtime()).start(store_of(visitor), script)


def test_anothers_demo_is_neither_shown_nor_moved() -> None:
    run = demo_of(ANN)
    before = run.player
    app = page(BEN, "demo", c=run.conversation_id)
    on_the_shelf = [*SHIPPED.glob("*.yaml")]
    assert sum(each.label.startswith("Play ") for each in app.button) == len(on_the_shelf)
    assert not app.info
    assert run.player is before
    theirs = page(ANN, "demo", c=run.conversation_id)
    assert "demo-stop" in [each.key for each in theirs.button]


@pytest.mark.usefixtures("conversation")
def test_what_ifs_are_offered_to_their_owner_only() -> None:
    app = page(BEN, "routing", view="what-if")
    assert not [each for each in app.button if str(each.key).startswith(("use-", "delete-"))]
    assert not [box for box in page(BEN).selectbox if str(box.key).startswith("scores-")]
    assert [box for box in page(ANN).selectbox if str(box.key).startswith("scores-")]


@pytest.mark.usefixtures("conversation")
def test_a_session_that_is_deleted_from_the_list_lies_in_the_bin_and_can_be_had_back() -> None:
    store_of(BEN).save_turn(turn("b1", conversation_id="b", message="Mine"))
    store_of(BEN).save_turn(turn("b2", conversation_id="b2", message="Mine too"))
    app = page(BEN, c="b")
    listed = [each.label for each in app.button if str(each.key).startswith("open-")]
    assert sorted(listed) == ["Mine", "Mine too"]
    app.button(key="delete-b").click().run()
    assert not app.exception
    assert [each.id for each in store_of(BEN).recent(5)] == ["b2"]
    assert "c" not in app.query_params
    assert not app.info
    assert "moved to the bin" in " ".join(shown(app))
    app.button(key="undo-delete").click().run()
    assert {each.id for each in store_of(BEN).recent(5)} == {"b", "b2"}
    assert "moved to the bin" not in " ".join(shown(app))
    assert len(anns().turns) == 3


def test_all_sessions_are_deleted_at_once_and_nobody_elses(conversation: Conversation) -> None:
    for number in range(12):
        store_of(BEN).save_turn(turn(f"b{number}", conversation_id=f"b{number}"))
    app = page(BEN, "connections")
    assert len([each for each in app.button if str(each.key).startswith("open-")]) == 8
    app.button(key="show-more").click().run()
    assert len([each for each in app.button if str(each.key).startswith("open-")]) == 12
    app.button(key="delete-all").click().run()
    app.button(key="delete-not").click().run()
    assert len(store_of(BEN).recent(20)) == 12
    app.button(key="delete-all").click().run()
    app.button(key="delete-now").click().run()
    assert not app.exception
    assert store_of(BEN).recent(20) == []
    assert anns() == conversation
    assert saved_what_ifs(store_of(ANN))
    app.button(key="undo-delete").click().run()
    assert len(store_of(BEN).recent(20)) == 12


@pytest.mark.usefixtures("conversation")
def test_what_was_asked_beside_is_one_click_away() -> None:
    app = page(ANN, c="c")
    assert "2 of 2" in " ".join(shown(app))
    assert "More on" not in " ".join(shown(app))
    act(app, "show", "t3", to="t2")
    assert "1 of 2" in " ".join(shown(app))
    assert "More on" in " ".join(shown(app))
    act(app, "show", "t2", to="t3")
    assert anns().leaf_id == "t3"


@pytest.mark.parametrize("odd", ["%00", "a\0b", "x" * 5000, "é", "../../etc"], ids=ascii)
@pytest.mark.parametrize("name", PAGES)
def test_a_link_with_an_id_that_is_none_is_no_error(name: str, odd: str) -> None:
    app = page(BEN, name, c=odd)
    assert not app.exception
    assert not app.error


@pytest.mark.usefixtures("conversation")
def test_on_this_machine_alone_everybody_is_one() -> None:
    store_of(MACHINE_USER).save_turn(turn("m1", conversation_id="m", message="On my machine"))
    for _ in range(2):
        app = page(MACHINE_USER, c="m")
        assert "On my machine" in " ".join(each.proto.body for each in app.get("html"))
    assert "not here" in page(MACHINE_USER, c="c").info[0].value


def test_anothers_run_is_as_if_it_were_not_there() -> None:
    suite = Suite(name=SECRET, cases=(Case(id="a"),), arms=(Arm(id="router"),))
    run = RunStore(store_of(ANN)).create(suite, 1, runner="me")
    save_draft(store_of(ANN), draft_of(suite))
    mine = page(ANN, "evaluate", run=run.id)
    assert [text for text in shown(mine) if SECRET in text]
    for query in ({"run": run.id}, {"run": run.id, "how": "replay"}, {"how": "set up"}):
        theirs = page(BEN, "evaluate", **query)
        assert not theirs.exception
        assert not [text for text in shown(theirs) if SECRET in text]
