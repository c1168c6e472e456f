"""The Routing page over the real gateway: the ranking, the sweep, and the form it shares."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.runtime import Runtime
from playground.sessions.turns import TurnSettings
from playground.teams.owner import MACHINE_OWNER
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"


def page(name: str = "routing", **query: str) -> AppTest:
    """The page at a deep link."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    for key, value in query.items():
        app.query_params[key] = value
    app.switch_page(f"../pages/{name}.py").run()
    assert not app.exception
    return app


def widget(app: AppTest, kind: str, name: str) -> Any:
    """A field of the form, whoever's form it is."""
    return next(each for each in getattr(app, kind) if str(each.key).startswith(f"{name}-"))


def html(app: AppTest) -> str:
    """All of the page's own HTML."""
    return " ".join(str(each.proto.body) for each in app.get("html"))


@pytest.mark.usefixtures("runtime")
def test_the_ranking_names_the_winner_with_every_figure() -> None:
    app = page()
    assert "<b>Google gemini-3.8-flash</b> would answer" in html(app)
    assert "simulated vendors" in html(app)
    assert "Illustrative scores for the demo fleet · demo-illustrative" in html(app)
    figures = app.dataframe[0].value
    assert figures["Model"].iloc[0] == "gemini-3.8-flash"
    parts = figures[["Accuracy × 0.5", "Latency × 0.3", "Cost × 0.2"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(figures["Sum"].to_numpy(dtype=float))
    assert not app.get("plotly_chart")


@pytest.mark.usefixtures("runtime")
def test_a_link_to_the_view_by_its_old_name_still_shows_the_ranking() -> None:
    app = page(view="decision")
    assert "would answer" in html(app)


@pytest.mark.usefixtures("runtime")
def test_the_ranking_follows_the_form_and_says_what_stood_in() -> None:
    app = page()
    widget(app, "selectbox", "vertical").set_value("healthcare").run()
    assert "<b>Anthropic claude-haiku-5-5</b> would answer" in html(app)
    widget(app, "multiselect", "allowed").set_value(["xai"]).run()
    assert "<b>xAI grok-4.7</b> would answer, the only candidate" in html(app)
    assert set(app.dataframe[1].value["Why"]) > {"not on the allow-list"}
    widget(app, "selectbox", "language").set_value("sv").run()
    assert "No figures for sv" in html(app)


@pytest.mark.usefixtures("runtime")
def test_an_old_link_to_the_decision_shows_the_ranking() -> None:
    assert "<b>Google gemini-3.8-flash</b> would answer" in html(page(view="decision"))


@pytest.mark.usefixtures("runtime")
def test_the_chat_has_the_form_that_was_set_here() -> None:
    app = page()
    widget(app, "segmented_control", "optimize").set_value("accuracy").run()
    app.switch_page("../pages/chat.py").run()
    assert not app.exception
    assert widget(app, "segmented_control", "optimize").value == "accuracy"
    assert 'data-winner="openai/gpt-6.1-sol"' in html(app)
    widget(app, "segmented_control", "optimize").set_value("cost").run()
    app.switch_page("../pages/routing.py").run()
    assert widget(app, "segmented_control", "optimize").value == "cost"


def test_a_link_with_a_session_shows_that_sessions_form(runtime: Runtime) -> None:
    runtime.store.of(MACHINE_OWNER).save_settings(
        "kept", TurnSettings(language="ja", vertical="legal")
    )
    app = page(c="kept")
    assert widget(app, "selectbox", "language").value == "ja"
    assert widget(app, "selectbox", "vertical").value == "legal"


def test_the_sweep_opens_by_its_link_as_a_map_and_as_a_table(runtime: Runtime) -> None:
    app = page(view="sweep")
    assert "320 intents" in html(app)
    assert len(app.get("plotly_chart")) == 1
    app.toggle(key="table-sweep").set_value(True).run()
    table = app.dataframe(key="sweep-table").value
    assert len(table) == 320
    assert table["Language"].iloc[0] == "English"
    app.segmented_control(key="sweep-vertical").set_value("legal").run()
    assert set(app.dataframe(key="sweep-table").value["Vertical"]) == {"Legal"}


@pytest.mark.usefixtures("runtime")
def test_a_chosen_cell_becomes_the_forms_intent_by_its_button() -> None:
    app = page(view="sweep")
    app.session_state["sweep_cell"] = ("fr", "legal", "accuracy")
    app.run()
    assert "French · fr, Legal, Accuracy: <b>Anthropic claude-opus-5-5" in html(app)
    assert widget(app, "selectbox", "language").value == "en"
    app.button(key="use-intent").click().run()
    assert widget(app, "selectbox", "language").value == "fr"
    assert widget(app, "selectbox", "vertical").value == "legal"
    assert widget(app, "segmented_control", "optimize").value == "accuracy"
    assert app.button(key="use-intent").disabled


def test_a_server_without_preview_or_sweep_says_so_and_the_page_stands(stand_in: StandIn) -> None:
    stand_in.lacks = ("/v1/routing",)
    assert "has no routing preview" in page().info[0].value
    assert "ranks one intent at a time" in page(view="sweep").info[0].value
    assert "has no routing preview" in html(page("chat"))


def test_a_server_without_a_provider_list_is_no_problem(stand_in: StandIn) -> None:
    stand_in.lacks = ("/v1/providers/known",)
    for name in ("chat", "routing", "demo"):
        app = page(name)
        assert "Not found" not in [each.value for each in (*app.error, *app.warning)]
