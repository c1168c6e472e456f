"""The Evaluate page over the real gateway: a suite is put together, runs are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.evaluate.drafts import load_draft
from playground.evaluate.state import Opened
from playground.evaluations.cells import Cell, Run
from playground.evaluations.live_runs import evaluations
from playground.evaluations.runs import RunStore
from playground.runtime import Runtime
from playground.sessions.turns import Answer, utc_now
from playground.suites.check_result import CheckResult
from playground.suites.suite import Arm, Case, Contains, Suite
from playground.teams.owner import MACHINE_OWNER
from tests.pages.conftest import demo_playground
from tests.pages.turn_acts import act
from tests.patience import PATIENCE
from tests.turns import turn

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"
ARMS = (
    Arm(id="router", name="The router"),
    Arm(id="one", name="Claude", pin="anthropic:claude-haiku-5-5"),
)


@pytest.fixture
def runtime(tmp_path: Path) -> Iterator[Runtime]:
    """A playground of its own for each test: drafts are kept."""
    with demo_playground(tmp_path) as runtime:
        yield runtime


def page(**query: str) -> AppTest:
    """The page at a deep link."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    for key, value in query.items():
        app.query_params[key] = value
    app.switch_page("../pages/evaluate.py").run()
    assert not app.exception
    return app


def html(app: AppTest) -> str:
    """All of the page's own HTML."""
    return " ".join(str(each.proto.body) for each in app.get("html"))


def words(app: AppTest) -> str:
    """All headers, captions and notices."""
    kinds = (app.header, app.caption, app.markdown, app.info, app.warning)
    return " ".join(str(each.value) for kind in kinds for each in kind)


def sheet(app: AppTest, name: str) -> Any:
    """What an editor was given."""
    return next(each for each in app.dataframe if str(each.key).startswith(f"evaluate-{name}-"))


def presets(app: AppTest) -> Any:
    """The presets that the router is asked by."""
    return next(each for each in app.get("button_group") if "presets" in str(each.key))


def make_run(runtime: Runtime, cases: int = 3, *, simulated: bool = False) -> Run:
    """A run that is done; the second arm fails the first case, and the router failed over once."""
    store = RunStore(runtime.store.of(MACHINE_OWNER))
    suite = Suite(
        name="Capitals",
        cases=tuple(
            Case(id=f"c{n}", vars={"input": f"Which city is {n}?"}, checks=(Contains(value="x"),))
            for n in range(cases)
        ),
        arms=ARMS,
    )
    run = store.create(suite, 2 * cases, runner="me", server="Embedded gateway")
    store.record(run.id, "me", [_cell(n, arm, simulated) for n in range(cases) for arm in ARMS])
    store.end(run.id, "me", "done")
    return run


def _cell(place: int, arm: Arm, simulated: bool) -> Cell:
    failed = arm.id == "one" and place == 0
    answer = Answer(
        text=f"City {place} of {arm.id}",
        provider="anthropic",
        model="claude-haiku-5-5",
        failover_count=int(arm.id == "router" and place == 1),
        simulated=simulated,
        cost_usd=0.001,
    )
    check = CheckResult(name="contains “x”", passed=not failed, detail="No x." if failed else "")
    now = utc_now()
    return Cell(
        case_id=f"c{place}",
        arm_id=arm.id,
        repeat=0,
        answer=answer,
        checks=(check,),
        started_at=now,
        ended_at=now,
    )


@pytest.mark.usefixtures("runtime")
def test_an_empty_page_says_what_it_is_for_and_offers_a_starter_set() -> None:
    app = page()
    assert "Ask the same questions of the router and of single providers" in words(app)
    assert app.button(key="evaluate-run-starter").label == "Run it"
    assert "The vendors are simulated" in words(app)
    assert "There is no case yet" in words(app)


def test_a_starter_set_fills_the_sheet_and_outlives_the_browser_session(runtime: Runtime) -> None:
    app = page()
    app.selectbox(key="evaluate-more-vertical").set_value("legal").run()
    app.selectbox(key="evaluate-more-language").set_value("de").run()
    app.button(key="evaluate-take-starter").click().run()
    assert not app.exception
    assert len(sheet(app, "cases").value) == 15
    again = page()
    assert len(sheet(again, "cases").value) == 15
    draft = load_draft(runtime.store.of(MACHINE_OWNER))
    assert draft is not None
    assert (draft.suite.language, draft.suite.vertical) == ("de", "legal")


@pytest.mark.usefixtures("runtime")
def test_arms_are_chosen_and_the_router_meets_every_provider_in_one_click() -> None:
    app = page()
    presets(app).set_value(["balanced", "cost"]).run()
    app.button(key="evaluate-everyone").click().run()
    assert not app.exception
    pins = next(each for each in app.multiselect if "pins" in str(each.key))
    assert len(pins.value) == 8
    assert presets(app).value == ["balanced"]


@pytest.mark.usefixtures("runtime")
def test_a_prompt_with_variables_gives_the_sheet_its_columns() -> None:
    app = page()
    area = next(each for each in app.text_area if "evaluate-prompt-" in str(each.key))
    area.set_value("The weather in {{city}}?").run()
    app.text_input(key="evaluate-variable-0").set_value("day").run()
    assert list(sheet(app, "cases").value)[:3] == ["id", "city", "day"]


def test_a_turn_of_a_session_becomes_a_case(runtime: Runtime) -> None:
    store = runtime.store.of(MACHINE_OWNER)
    store.save_turn(turn("t1", conversation_id="kept", message="Which city is the capital?"))
    app = page(**{"c": "kept", "from": "t1"})
    assert "from" not in app.query_params
    assert sheet(app, "cases").value["input"].tolist() == ["Which city is the capital?"]


def test_ticked_sessions_become_cases(runtime: Runtime) -> None:
    store = runtime.store.of(MACHINE_OWNER)
    for name in ("one", "two"):
        store.save_turn(turn(f"of-{name}", conversation_id=name, message=f"What is {name}?"))
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.switch_page("../pages/sessions.py").run()
    app.button(key="act-select-all-on-this-page").click().run()
    app.button(key="act-evaluate").click().run()
    assert not app.exception
    asked = sheet(app, "cases").value["input"].tolist()
    assert sorted(asked) == ["What is one?", "What is two?"]
    assert "cases" not in app.query_params


@pytest.mark.usefixtures("runtime")
def test_without_a_run_the_results_say_how_to_get_one() -> None:
    assert "No run yet" in words(page(how="results"))


def test_runs_are_listed_and_a_link_to_one_shows_its_grid(runtime: Runtime) -> None:
    run = make_run(runtime)
    listed = page(how="results")
    assert "3 cases × 2 arms" in html(listed)
    app = page(run=run.id)
    found = html(app)
    assert "Case 1, Claude: 0 of 1 passed, by Anthropic claude-haiku-5-5" in found
    assert "Case 2, The router: 1 of 1 passed" in found
    assert "failed over once" in found
    chosen = app.segmented_control(key="evaluate-filter")
    assert chosen.options[1] == "Failed (1)"
    chosen.set_value("failed").run()
    assert "Case 1, Claude" in html(app)
    assert "Case 2" not in html(app)


def test_a_drawer_has_the_question_the_answer_and_its_checks(runtime: Runtime) -> None:
    run = make_run(runtime)
    app = page(run=run.id)
    app.session_state["evaluate_opened"] = Opened(run.id, "c0", "one")
    app.run()
    assert not app.exception
    found = html(app)
    assert "Which city is 0?" in found
    assert "City 0 of one" in found
    assert "✕ not passed" in found
    assert "No x." in found


def test_a_run_of_simulated_answers_says_so_everywhere(runtime: Runtime) -> None:
    app = page(run=make_run(runtime, simulated=True).id)
    found = html(app)
    assert "all simulated" in found
    assert "says nothing of quality" in found
    assert "50%" not in found


@pytest.mark.usefixtures("runtime")
def test_a_link_to_a_run_that_is_gone_says_so() -> None:
    assert "not here" in words(page(run="gone"))


def test_a_run_is_deleted_for_good(runtime: Runtime) -> None:
    run = make_run(runtime)
    app = page(how="results")
    app.button(key=f"delete-run-{run.id}").click().run()
    assert RunStore(runtime.store.of(MACHINE_OWNER)).load(run.id) is None
    assert "No run yet" in words(app)


def test_a_measured_run_becomes_the_scores_that_this_session_routes_by(runtime: Runtime) -> None:
    run = make_run(runtime, 8)
    app = page(run=run.id)
    app.button(key="evaluate-use-scores").click().run()
    assert not app.exception
    assert "You route by these scores now" in words(app)
    assert "“Capitals, measured” is in force" in words(app)
    assert "Who wins for English, General" in html(app)
    folder = runtime.settings.data_dir / "scores"
    assert len(list(folder.glob("measured-capitals-*.json"))) == 1
    app.button(key="evaluate-own-scores").click().run()
    assert "You route by these scores now" not in words(app)


def test_simulated_answers_become_no_scores(runtime: Runtime) -> None:
    app = page(run=make_run(runtime, 8, simulated=True).id)
    assert app.button(key="evaluate-use-scores").disabled
    assert "its answers are simulated" in words(app)


def test_two_runs_are_set_beside_each_other(runtime: Runtime) -> None:
    make_run(runtime, 8)
    app = page(run=make_run(runtime, 9).id)
    app.session_state["evaluate-other-run"] = True
    app.run()
    assert "No arm surely got worse." in words(app)
    assert "7 of 8 passed before, 7 of 8 now" in html(app)
    assert "1 cases only in this run" in html(app)


def test_replay_moves_the_router_by_presets_and_tunes_weights(runtime: Runtime) -> None:
    app = page(run=make_run(runtime, 12).id, how="replay")
    assert "accuracy 50%, latency 30%, cost 20%" in words(app)
    app.button(key="replay-preset-cost").click().run()
    assert "accuracy 15%, latency 15%, cost 70%" in words(app)
    assert len(app.get("plotly_chart")) == 1
    app.button(key="replay-tune").click().run()
    assert not app.exception
    assert "On the other half of the cases they get" in words(app)
    app.button(key="replay-what-if").click().run()
    assert not app.exception


def test_a_run_is_started_from_the_set_up_and_shown(runtime: Runtime) -> None:
    app = page()
    app.button(key="evaluate-take-starter").click().run()
    assert "15 cases × 1 arm" in words(app)
    app.button(key="evaluate-run").click().run()
    assert not app.exception
    assert app.segmented_control(key="how").value == "results"
    (head,) = RunStore(runtime.store.of(MACHINE_OWNER)).runs()
    assert head.id in app.query_params["run"]
    live = evaluations(runtime).live(MACHINE_OWNER, head.id)
    assert live is not None
    assert live.wait(PATIENCE)
    app.run()
    assert "15 of 15 cells" in html(app)


def test_a_link_from_the_map_of_scores_brings_models_as_arms_and_the_intent(
    runtime: Runtime,
) -> None:
    query = {"how": "set up", "language": "de", "vertical": "legal"}
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.query_params.update({**query, "pin": ["xai:grok-4.7", "openai:gpt-6-luna"]})
    app.switch_page("../pages/evaluate.py").run()
    assert not app.exception
    assert "2 models to measure" in app.toast[0].value
    kept = load_draft(runtime.store.of(MACHINE_OWNER))
    assert kept is not None
    assert (kept.suite.language, kept.suite.vertical) == ("de", "legal")
    assert [arm.pin for arm in kept.suite.arms if arm.pin] == ["xai:grok-4.7", "openai:gpt-6-luna"]
    assert "pin" not in app.query_params


def test_a_link_that_names_no_intent_of_ours_is_a_sentence(runtime: Runtime) -> None:
    app = page(how="set up", pin="xai:grok-4.7", language="Klingon!", vertical="legal")
    assert "cannot be measured" in words(app)
    assert load_draft(runtime.store.of(MACHINE_OWNER)) is None


def test_the_menu_of_an_answer_leads_here_with_its_turn(runtime: Runtime) -> None:
    store = runtime.store.of(MACHINE_OWNER)
    store.save_turn(turn("t1", conversation_id="kept", message="Which city is it?"))
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.query_params["c"] = "kept"
    app.run()
    act(app, "evaluate", "t1")
    assert not app.exception
    assert sheet(app, "cases").value["input"].tolist() == ["Which city is it?"]
