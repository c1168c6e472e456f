"""The chat page and its store: a session that cannot be read, and what a half-loaded form says."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.runtime import get_runtime
from playground.teams.owner import MACHINE_OWNER
from tests.patience import PATIENCE

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"


@pytest.mark.usefixtures("stand_in")
def test_a_session_in_a_store_that_cannot_be_read_is_not_called_deleted(tmp_path: Path) -> None:
    (tmp_path / "data" / "playground.db").mkdir(parents=True)
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    app.query_params["c"] = "c"
    app.run()
    assert not app.exception
    assert "playground.db cannot be opened" in app.error[0].value
    assert not app.info


@pytest.mark.usefixtures("stand_in")
def test_white_space_is_no_message() -> None:
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE).run()
    app.chat_input[0].set_value(" \n\u3000").run()
    assert not app.exception
    assert get_runtime().store.of(MACHINE_OWNER).recent(2) == []


@pytest.mark.usefixtures("stand_in")
def test_a_form_that_the_browser_shows_empty_keeps_what_it_stands_for() -> None:
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE).run()
    keys = [str(group.key) for group in app.get("button_group")]
    (preset,) = [key for key in keys if key.startswith("optimize-")]
    app.session_state[preset] = None
    app.chat_input[0].set_value("Is anybody there?").run()
    assert not app.exception
    (summary,) = get_runtime().store.of(MACHINE_OWNER).recent(2)
    saved = get_runtime().store.of(MACHINE_OWNER).load(summary.id)
    assert saved is not None
    assert saved.path()[0].settings.optimize_for == "balanced"
