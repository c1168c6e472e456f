"""The analytics page as a visitor meets it: with a session, without one, with one that is gone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from streamlit.testing.v1 import AppTest

from playground.analytics.session_view import selected_turn
from playground.compare.votes import CastVote, add_votes
from playground.runtime import Runtime, get_runtime
from playground.sessions.turns import Answer, TurnSettings, utc_now
from playground.teams.owner import MACHINE_OWNER
from speko_client.models import Fault, Timing
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE
from tests.playground.compare.seated import FOUR, each_of
from tests.turns import answered, failed, numbered, served, used

ROOT = Path(__file__).parent.parent.parent
TITLES = [
    "Provider choice",
    "Failovers",
    "Latency",
    "Tokens",
    "Flow",
    "Providers over the turns",
    "Estimated cost",
]


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A playground with a data folder of its own."""
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path))
    runtime = get_runtime()
    yield runtime
    runtime.shutdown()


def page(**query: str) -> AppTest:
    """The page at a deep link."""
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page("../pages/analytics.py").run()


def links(app: AppTest) -> list[str]:
    """The labels of the page's links."""
    return [link.proto.label for link in app.get("page_link")]


def test_a_session_is_shown_in_totals_and_charts(runtime: Runtime) -> None:
    attempts = (failed("openai", "gpt-4o"), answered("google", "gemini-2.0-flash"))
    timing = Timing(ttft_ms=300, total_ms=1500)
    first = served(1, usage=used(120, 40), timing=timing, cost_usd=0.0007)
    second = served(2, "google", "gemini-2.0-flash", usage=used(300, 60), attempts=attempts)
    for one in (first, second):
        runtime.store.of(MACHINE_OWNER).save_turn(one)
    app = page(c="c")
    assert not app.exception
    assert {metric.label: metric.value for metric in app.metric} == {
        "Turns": "2",
        "Answered": "2",
        "Failovers": "1",
        "Tokens in": "420",
        "Tokens out": "100",
        "Estimated cost": "≈ $0.000700",
    }
    assert [heading.value for heading in app.header] == TITLES
    assert len(app.get("plotly_chart")) == len(TITLES)
    assert len(app.get("download_button")) == len(TITLES)


def test_the_way_back_leads_to_the_chat_from_a_new_tab_too(stand_in: StandIn) -> None:
    get_runtime().store.of(MACHINE_OWNER).save_turn(served(1))
    found = [link.proto for link in page(c="c").get("page_link")]
    (back,) = (link for link in found if link.label == "Back to the chat")
    # A link to the default page is a bare query: a new tab asks the page it stands on for it.
    opened = page(**dict(parse_qsl(back.query_string, keep_blank_values=True)))
    assert opened.chat_input[0].placeholder == "Message the router"
    assert any(
        "Book me an appointment for Tuesday." in each.proto.body for each in opened.get("html")
    )


def store_comparison(runtime: Runtime) -> None:
    """Five messages to the router and three pinned seats; Groq fails at the last one."""
    store = runtime.store.of(MACHINE_OWNER)
    for seat, time in {"a": 300.0, "b": 420.0, "c": 180.0, "d": 310.0}.items():
        times = [time] * 4 + [None if seat == "c" else time]
        for one in each_of(seat, times, 0.01):
            store.save_turn(one)
    store.save_comparison("c", FOUR.model_dump_json())


def test_a_comparison_counts_every_seats_turns(runtime: Runtime) -> None:
    store_comparison(runtime)
    app = page(c="c")
    assert not app.exception
    assert [(m.label, m.value) for m in app.metric][:2] == [("Turns", "20"), ("Answered", "19")]
    assert [heading.value for heading in app.header] == ["By seat", *TITLES]
    assert any("20 turns of 4 seats over 5 messages" in each.value for each in app.caption)
    seats = app.dataframe[0].value
    assert seats["Who"].tolist() == ["Router", "OpenAI gpt-4o", "Groq llama", "xAI grok"]
    assert seats["Answered"].tolist() == [5, 5, 4, 5]
    assert seats["First token, ms"].tolist() == [300, 420, 180, 310]
    assert "Back to the comparison" in links(app)


def test_one_seat_of_a_comparison_can_be_charted_alone(runtime: Runtime) -> None:
    store_comparison(runtime)
    app = page(c="c")
    app.pills(key="charted-seat-c").set_value("c").run()
    assert not app.exception
    assert [(m.label, m.value) for m in app.metric][:2] == [("Turns", "5"), ("Answered", "4")]
    app.toggle(key="table-latency").set_value(True).run()
    assert set(app.dataframe[1].value["Seat"]) == {"C"}


def test_what_is_judged_blind_is_left_out_until_it_is_judged(runtime: Runtime) -> None:
    store = runtime.store.of(MACHINE_OWNER)
    for one in (*each_of("b", [420.0, 430.0]), *each_of("c", [180.0, 190.0])):
        store.save_turn(one)
    store.save_comparison("c", FOUR.model_copy(update={"blind": True}).model_dump_json())
    app = page(c="c")
    assert next((m.label, m.value) for m in app.metric) == ("Turns", "2")
    assert "left out here until you have voted" in app.info[0].value
    vote = CastVote(
        id="m2", at=utc_now() - timedelta(minutes=1), left="x", right="y", outcome="tie"
    )
    add_votes(store, [vote])
    app = page(c="c")
    assert next((m.label, m.value) for m in app.metric) == ("Turns", "4")
    assert not app.info


def test_a_turn_of_a_comparison_is_linked_on_its_own_page(runtime: Runtime) -> None:
    store_comparison(runtime)
    (first, *_) = [
        each.proto for each in page(c="c").get("page_link") if each.proto.label == "Turn 1"
    ]
    assert first.page.endswith("compare")
    assert "answer=a1" in first.query_string


def test_a_chart_has_its_table(runtime: Runtime) -> None:
    runtime.store.of(MACHINE_OWNER).save_turn(served(1, usage=used(120, 40)))
    app = page(c="c")
    assert not app.dataframe
    app.toggle(key="table-tokens").set_value(True).run()
    table = app.dataframe[0].value
    assert table[["Turn", "Provider", "In", "Out"]].iloc[0].tolist() == [1, "OpenAI", 120, 40]


def test_the_flow_leads_to_the_turns_of_a_way(runtime: Runtime) -> None:
    attempts = (failed("openai", "gpt-4o"), answered("google", "gemini-2.0-flash"))
    runtime.store.of(MACHINE_OWNER).save_turn(served(1, failover_count=0))
    runtime.store.of(MACHINE_OWNER).save_turn(
        served(2, "google", "gemini-2.0-flash", attempts=attempts)
    )
    app = page(c="c")
    assert "Turn 2" in links(app)
    assert "Turn 1" not in links(app)
    app.selectbox(key="flow-route").set_value(1).run()
    assert "Turn 1" in links(app)


def test_a_drill_is_marked_in_words_table_and_chart(runtime: Runtime) -> None:
    drill = TurnSettings(drill=(Fault(target="openai"),))
    runtime.store.of(MACHINE_OWNER).save_turn(served(1).model_copy(update={"settings": drill}))
    runtime.store.of(MACHINE_OWNER).save_turn(served(2))
    app = page(c="c")
    told = [caption.value for caption in app.caption if "made under a drill" in caption.value]
    assert len(told) == len(app.get("plotly_chart"))
    assert all(text.endswith("1 of 2 turns was made under a drill.") for text in told)
    app.toggle(key="table-providers").set_value(True).run()
    assert app.dataframe[0].value["Drill"].tolist() == [True, False]


def test_an_empty_chart_says_why_and_an_unknown_total_is_no_zero(runtime: Runtime) -> None:
    runtime.store.of(MACHINE_OWNER).save_turn(served(1))
    app = page(c="c")
    texts = " ".join(element.value for element in app.markdown)
    for why in ("No token counts yet", "No failover in this session", "No timing yet", "No price"):
        assert why in texts
    values = {metric.label: metric.value for metric in app.metric}
    assert values["Tokens in"] == values["Estimated cost"] == "unknown"
    assert len(app.get("plotly_chart")) == 3


def test_without_a_session_it_leads_to_the_chat(runtime: Runtime) -> None:
    app = page()
    assert not app.exception
    assert "A session becomes charts here" in app.markdown[0].value
    assert {"Begin one in the chat", "Play a demo"} <= set(links(app))


def test_a_session_that_is_gone_is_named_so(runtime: Runtime) -> None:
    assert "not here" in page(c="gone").info[0].value


def test_a_session_whose_first_answer_still_runs_has_no_charts_yet(runtime: Runtime) -> None:
    running = numbered(1, "running", Answer(text="Let me"))
    runtime.store.of(MACHINE_OWNER).save_turn(running)
    app = page(c="c")
    assert "no finished turn yet" in app.info[0].value
    assert "Go to its chat" in links(app)


@pytest.mark.usefixtures("stand_in")
def test_a_link_to_a_turn_that_a_new_tab_opens_here_leads_to_the_chat() -> None:
    get_runtime().store.of(MACHINE_OWNER).save_turn(served(1))
    app = page(c="c", t="t1")
    assert not app.exception
    assert app.chat_input
    assert (app.query_params["c"], app.query_params["t"]) == ("c", "t1")


def test_a_selected_mark_names_its_turn() -> None:
    mark = ["t7", "Turn 7", "OpenAI gpt-4o", "", ""]
    as_dict = {str(place): value for place, value in enumerate(mark)}
    for data in (mark, as_dict):
        event = {"selection": {"points": [{"customdata": data}]}}
        assert selected_turn(event) == ("t7", "Turn 7")


def test_a_mark_of_no_turn_leads_nowhere() -> None:
    assert selected_turn({"selection": {"points": []}}) is None
    assert selected_turn({"selection": {"points": [{"customdata": ["", "3 turns"]}]}}) is None
    assert selected_turn({"selection": {"points": [{"x": 1}]}}) is None
