"""What a message costs the process: how often the page is drawn, and what its server is asked."""

from __future__ import annotations

from collections import Counter
from unittest.mock import Mock

import pytest
from streamlit.testing.v1 import AppTest

from playground.chat import chat_view
from playground.connections.remembered import Remembered
from playground.runtime import get_runtime
from playground.teams.visitor import Visitor
from tests.e2e.harness import ROOT
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE
from tests.visitors import a_browser, be


def opened_by(visitor: Visitor) -> AppTest:
    """The chat page with its form."""
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    be(app, visitor)
    return app.run().run()


@pytest.mark.usefixtures("stand_in")
def test_a_message_draws_the_page_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    app = opened_by(a_browser("ada"))
    draw = Mock(wraps=chat_view.open_chat)
    monkeypatch.setattr(chat_view, "open_chat", draw)
    app.chat_input[0].set_value("Good morning").run()
    assert not app.exception
    assert draw.call_count == 2


def test_of_what_is_the_same_for_all_visitors_the_server_is_asked_once(stand_in: StandIn) -> None:
    get_runtime().shared(Remembered, lambda: Remembered(clock=lambda: 0.0))
    for name in ("ada", "ben", "eve"):
        assert not opened_by(a_browser(name)).exception
    asked = Counter(each.path for each in stand_in.asked)
    assert len(asked) == 3, asked
    assert set(asked.values()) == {1}, asked
