"""The view "Scores": what is in the list, the choice and how it travels, files of one's own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.runtime import get_runtime
from playground.scores import own_files, reading
from playground.servers.server_choice import OtherServer, ServerChoice
from playground.teams.owner import MACHINE_OWNER, Owner
from tests.pages.gateway_stand_in import StandIn
from tests.pages.test_routing_page import UI, html, page
from tests.patience import PATIENCE
from tests.visitors import a_browser, be

FILE: dict[str, Any] = {
    "id": "mine",
    "label": "My tests",
    "source": "my own tests",
    "date": "2026-11-26",
    "licence": "CC0",
    "rows": [{"provider": "xai", "model": "grok-4", "quality": 90}],
}


@pytest.fixture
def folder(stand_in: StandIn) -> Path:
    """Where one's own snapshots are, which the stand-in reads as well."""
    stand_in.folder = get_runtime().settings.data_dir / "scores"
    return stand_in.folder


def kept(folder: Path, owner: Owner = MACHINE_OWNER, **changes: Any) -> str:
    """A snapshot of this owner's; returns its id."""
    snapshot = reading.read_file(json.dumps(FILE | changes).encode())
    return own_files.save(snapshot, folder, owner)


def scores() -> AppTest:
    """The view at its link."""
    return page(view="scores")


def markdown(app: AppTest) -> str:
    """All Markdown of the page, as it is read."""
    return " ".join(each.value for each in app.markdown).replace(chr(92), "")


def said(app: AppTest) -> str:
    """The warning on the page, as it is read."""
    (warning,) = app.warning
    return warning.value.replace(chr(92), "")


@pytest.fixture
def any_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visitors may name private addresses."""
    monkeypatch.setenv("SPEKO_ALLOW_PRIVATE_URLS", "true")


def test_the_list_has_every_snapshot_with_the_one_in_force_marked(folder: Path) -> None:
    kept(folder)
    kept(folder, Owner("browser:somebody-else"), label="Not for me")
    shown = html(scores())
    assert shown.count("✓ in force") == 1
    assert shown.index("✓ in force") < shown.index("<b>Other</b>")
    assert "<b>My tests</b>" in shown
    assert "your own, file" in shown
    assert "2026-11-26 · figures for 1 candidate in 0 languages · CC0" in shown
    assert "Not for me" not in shown


def test_the_chosen_one_travels_with_everything_and_back(stand_in: StandIn) -> None:
    app = scores()
    app.button(key="scores-use-other-1").click().run()
    assert app.button(key="scores-use-other-1").disabled
    assert stand_in.last("/v1/fleet").scores == "other-1"
    app.segmented_control(key="view").set_value("ranking").run()
    assert "Other" in html(app)
    previews = [each for each in stand_in.asked if each.path.startswith("/v1/routing/preview")]
    assert previews[-1].scores == "other-1"
    app.segmented_control(key="view").set_value("scores").run()
    app.button(key="scores-server").click().run()
    assert not app.button(key="scores-use-other-1").disabled
    assert stand_in.last("/v1/fleet").scores is None


@pytest.mark.usefixtures("stand_in")
def test_another_browser_session_keeps_its_own() -> None:
    scores().button(key="scores-use-other-1").click().run()
    assert scores().button(key="scores-use-demo-1").disabled


def test_chosen_scores_that_are_gone_are_said_once_and_the_servers_own_rank(
    stand_in: StandIn,
) -> None:
    app = scores()
    app.button(key="scores-use-other-1").click().run()
    del stand_in.snapshots[1]
    app.session_state["server_choice_revision"] = "later"
    app.run()
    assert [each.value for each in app.toast] == [
        "The scores that you chose are gone: the server ranks by its own again."
    ]
    assert app.button(key="scores-use-demo-1").disabled
    assert not app.run().toast


def test_the_map_counts_gaps_and_has_a_table(stand_in: StandIn) -> None:
    app = scores()
    assert "Quality: 2 of 2 cells have a figure of their own, no gaps." in markdown(app)
    app.selectbox(key="scores-looked-at-demo-1").set_value("other-1").run()
    assert "1 of 2 cells have a figure of their own, 1 gap." in markdown(app)
    app.segmented_control(key="scores-by").set_value("vertical").run()
    app.toggle(key="table-scores").set_value(True).run()
    table = app.dataframe[0].value
    assert table.to_numpy().tolist() == [
        ["OpenAI gpt-6", "50", "50 (broader)", "50 (broader)", "50 (broader)"],
        ["xAI grok-4", "gap", "gap", "gap", "gap"],
    ]
    (drawn,) = app.get("plotly_chart")
    assert "1 candidate without any figure" in drawn.proto.alt


def test_another_snapshot_is_compared_in_words_and_tables(stand_in: StandIn) -> None:
    stand_in.quality["other-1"] = {"openai:gpt-6": 50, "xai:grok-4": 60}
    app = scores()
    app.selectbox(key="scores-other-demo-1").set_value("other-1").run()
    assert "Of 16 intents 16 get another winner" in markdown(app)
    assert "1 figure of 1 candidate differs: quality 1." in markdown(app)
    winners = app.dataframe[0].value
    assert set(winners["Becomes"]) == {"xAI grok-4"}
    assert len(app.dataframe[1].value) == 1


def test_a_bad_file_of_the_hosts_is_named_and_the_rest_stands(stand_in: StandIn) -> None:
    stand_in.problems = [{"file": "bad.json", "field": "rows.0", "message": "no"}]
    app = scores()
    assert said(app) == "bad.json, rows.0: no. The others go on working."
    assert "<b>Demo</b>" in html(app)


def test_a_file_is_added_and_a_faulty_one_is_refused_with_its_field(folder: Path) -> None:
    app = scores()
    app.file_uploader[0].upload("mine.json", b"{}", "application/json").run()
    app.button(key="scores-add").click().run()
    assert (
        app.warning[0].value == "Label is missing\\." or "Label is missing" in app.warning[0].value
    )
    app.file_uploader[0].upload("mine.json", json.dumps(FILE).encode(), "application/json").run()
    app.button(key="scores-add").click().run()
    assert not app.exception
    assert "<b>My tests</b>" in html(app)
    assert len(own_files.own(folder, MACHINE_OWNER)) == 1


def test_ones_own_is_deleted_and_put_back(folder: Path) -> None:
    made = kept(folder)
    app = scores()
    app.button(key=f"scores-use-{made}").click().run()
    app.button(key=f"scores-delete-{made}").click().run()
    assert "It was in force" in said(app)
    assert app.button(key="scores-use-demo-1").disabled
    assert not own_files.own(folder, MACHINE_OWNER)
    next(each for each in app.button if each.label == "Undo").click().run()
    assert own_files.own(folder, MACHINE_OWNER) == {made}
    assert "<b>My tests</b>" in html(app)


@pytest.mark.usefixtures("any_address")
def test_another_server_says_that_it_does_not_tell(stand_in: StandIn) -> None:
    app = page(view="scores")
    other = OtherServer(stand_in.base_url)
    app.session_state["server_choice"] = ServerChoice(kind="other", other=other)
    app.run()
    assert "does not tell which scores" in app.info[0].value


def test_a_server_without_scores_says_so(stand_in: StandIn) -> None:
    stand_in.lacks = ("/v1/scores",)
    assert "does not tell which scores" in scores().info[0].value


def test_a_visitor_meets_nothing_of_another_visitors_scores(folder: Path) -> None:
    ann, ben = a_browser("ann"), a_browser("ben")
    assert ann.owner is not None
    made = kept(folder, ann.owner, label="Merger with Globex", source="Globex")
    for visitor, sees in ((ann, True), (ben, False)):
        app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
        be(app, visitor)
        app.query_params["view"] = "scores"
        app.switch_page("../pages/routing.py").run()
        assert not app.exception
        keys = [str(each.key) for each in app.button]
        assert (f"scores-use-{made}" in keys) is sees
        assert (f"scores-delete-{made}" in keys) is sees
        choices = [option for each in app.selectbox for option in each.options]
        assert ("Merger with Globex" in choices) is sees
        assert ("Globex" in html(app)) is sees
