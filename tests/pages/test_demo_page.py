"""The demo page as a visitor meets it: the choice of a script, the stage, and a demo long over."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.demos.demos_view import EXAMPLE
from playground.demos.runs import DemoRun, demo_runs
from playground.demos.script_files import OWN, SHIPPED, parse_script
from playground.runtime import get_runtime
from playground.teams.owner import MACHINE_OWNER
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE

ROOT = Path(__file__).parent.parent.parent
TITLES = [
    "Booking an appointment",
    "A finance help desk, in English and Spanish",
    "A provider outage day",
    "One question, four seats",
]


def page(**query: str) -> AppTest:
    """The page at a deep link."""
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    for name, value in query.items():
        app.query_params[name] = value
    return app.switch_page("../pages/demo.py").run()


def begun() -> DemoRun:
    """The outage day, just begun."""
    path = SHIPPED / "3-provider-outage-day.yaml"
    return demo_runs(get_runtime()).start(
        get_runtime().store.of(MACHINE_OWNER), parse_script(path.read_bytes(), path.name)
    )


def html(app: AppTest) -> str:
    """All of the page's own HTML."""
    return " ".join(element.proto.body for element in app.get("html"))


def buttons(app: AppTest) -> list[str]:
    """The labels of the page's buttons, without the sidebar's and the speeds."""
    return [button.label for button in app.button if not button.label.endswith("×")]


def marked(app: AppTest) -> list[str]:
    """The speeds that are marked as the one in force."""
    speeds = [button for button in app.button if button.label.endswith("×")]
    return [button.label for button in speeds if button.proto.icon]


@pytest.mark.usefixtures("stand_in")
def test_the_scripts_stand_there_with_their_length() -> None:
    app = page()
    assert not app.exception
    assert [heading.value for heading in app.header][:4] == TITLES
    assert "3 turns · 4 seats · about 1:" in app.caption[-1].value
    assert [name for name in buttons(app) if name.startswith("Play ")] == [
        f"Play *{title}*" for title in TITLES
    ]


@pytest.mark.usefixtures("stand_in")
def test_own_scripts_are_there_and_a_wrong_one_says_what_is_wrong() -> None:
    folder = get_runtime().settings.data_dir / OWN
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("title: My own\nturns:\n  - message: Hi\n")
    (folder / "wrong.yaml").write_text("title: Wrong\nturns:\n  - mesage: Hi\n")
    app = page()
    assert "My own" in [heading.value for heading in app.header]
    assert "line 3" in app.error[0].value
    assert "mesage is not a field of a script" in app.error[0].value


@pytest.mark.usefixtures("stand_in")
def test_the_example_can_be_uploaded_and_played() -> None:
    folder = get_runtime().settings.data_dir / OWN
    folder.mkdir(parents=True)
    (folder / "example.yaml").write_text(EXAMPLE)
    app = page()
    upload = app.file_uploader(key="demo-upload")
    upload.set_value(("example.yaml", EXAMPLE.encode(), "application/yaml")).run()
    assert not app.exception
    app.button(key="play-upload-example.yaml").click().run()
    assert not app.exception
    assert "What to look at before the message is sent." in html(app)


@pytest.mark.usefixtures("stand_in")
def test_play_puts_the_demo_on_the_stage_under_its_own_link() -> None:
    app = page()
    app.button(key="play-shipped-3-provider-outage-day.yaml").click().run()
    assert not app.exception
    shown = html(app)
    assert "A provider outage day" in shown
    assert "9:00. A retailer" in shown
    assert 'class="dm-bare"' in shown
    assert buttons(app) == ["Pause", "Step", "Stop"]
    assert demo_runs(get_runtime()).find(MACHINE_OWNER, str(app.query_params["c"])) is not None


@pytest.mark.usefixtures("stand_in")
def test_a_reload_finds_the_demo_and_stop_brings_the_navigation_back() -> None:
    run = begun()
    app = page(c=run.conversation_id)
    assert buttons(app) == ["Pause", "Step", "Stop"]
    app.button(key="demo-pause").click().run()
    assert buttons(app)[0] == "Play"
    app.button(key="demo-stop").click().run()
    assert buttons(app) == ["More demos"]
    assert 'class="dm-bare"' not in html(app)
    assert "Stopped." in html(app)


@pytest.mark.usefixtures("stand_in")
def test_the_speed_in_force_is_marked_whoever_has_set_it() -> None:
    run = begun()
    app = page(c=run.conversation_id)
    assert marked(app) == ["1×"]
    app.button(key="demo-speed-2").click().run()
    assert run.player.speed == 2.0
    assert marked(app) == ["2×"]
    run.control(lambda player: player.at_speed(0.5))  # in another tab
    assert marked(app.run()) == ["0.5×"]


def test_an_error_stays_on_the_stage_until_the_person_decides(stand_in: StandIn) -> None:
    run = begun()
    app = page(c=run.conversation_id)
    # The stand-in has no /v1/complete that answers, so the turn fails.
    app.button(key="demo-step").click().run()
    assert all(each.wait(PATIENCE) for each in run.asked)
    app.run()
    assert buttons(app) == ["Retry", "Leave it out", "Stop"]
    assert "dm-problem" in html(app)


@pytest.mark.usefixtures("stand_in")
def test_a_demo_that_was_played_before_is_a_session_like_any_other() -> None:
    get_runtime().store.of(MACHINE_OWNER).save_title("old", "Demo: Something")
    app = page(c="old")
    assert "has been played" in app.info[0].value
    assert "Open it in the chat" in [link.proto.label for link in app.get("page_link")]


@pytest.mark.usefixtures("stand_in")
def test_another_session_does_not_stand_in_the_way_of_the_choice() -> None:
    get_runtime().store.of(MACHINE_OWNER).save_title("other", "My own session")
    app = page(c="other")
    assert not app.info
    assert [name for name in buttons(app) if name.startswith("Play ")] == [
        f"Play *{title}*" for title in TITLES
    ]
