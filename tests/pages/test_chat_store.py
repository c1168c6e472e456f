"""The chat page where its store cannot be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"


@pytest.mark.usefixtures("stand_in")
def test_a_session_in_a_store_that_cannot_be_read_is_not_called_deleted(tmp_path: Path) -> None:
    (tmp_path / "data" / "playground.db").mkdir(parents=True)
    app = AppTest.from_file(str(UI), default_timeout=60)
    app.query_params["c"] = "c"
    app.run()
    assert not app.exception
    assert "playground.db cannot be opened" in app.error[0].value
    assert not app.info
