"""Who one is, on the pages: a sentence for strangers, a way out for visitors."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.teams.visitor import (
    MACHINE_USER,
    TO_SIGN_IN,
    WITHOUT_COOKIE,
    WITHOUT_NAME,
    Visitor,
)
from tests.e2e.harness import ROOT
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE
from tests.visitors import a_browser, be

PAGES = ("chat", "routing", "analytics", "sessions", "demo", "connections", "evaluate")


def opened(visitor: Visitor | None, page: str = "connections") -> AppTest:
    """A page as this visitor sees it; None came without the launcher."""
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    if visitor is None:
        app.user = {}
    else:
        be(app, visitor)
    app.run()
    if app.error or (app.button and app.button[0].key == "sign-in"):
        return app
    return app.switch_page(f"../pages/{page}.py").run()


def words(app: AppTest) -> str:
    """All plain text of the page."""
    texts = [*app.markdown, *app.caption, *app.error]
    html: list[Any] = list(app.get("html"))
    return " ".join([*(str(each.value) for each in texts), *(each.body for each in html)])


@pytest.mark.usefixtures("stand_in")
@pytest.mark.parametrize(
    ("visitor", "why"),
    [
        (WITHOUT_COOKIE, "no valid cookie"),
        (WITHOUT_NAME, "did not say who you are"),
        (None, "not started by its launcher"),
        (Visitor("user", ""), "not started by its launcher"),
    ],
)
def test_a_stranger_gets_a_sentence_and_no_page(visitor: Visitor | None, why: str) -> None:
    app = opened(visitor)
    assert why in words(app)
    assert not app.chat_input
    assert not app.button
    assert not app.exception


def test_one_signs_in_before_anything_else(stand_in: StandIn) -> None:
    app = opened(TO_SIGN_IN)
    assert [button.label for button in app.button] == ["Sign in"]
    assert not app.chat_input
    assert not stand_in.asked


@pytest.mark.usefixtures("stand_in")
def test_this_machines_user_is_told_nothing() -> None:
    assert "belong to this browser" not in words(opened(MACHINE_USER))


@pytest.mark.usefixtures("stand_in")
def test_a_browser_can_be_forgotten() -> None:
    app = opened(a_browser("a1"))
    assert "belong to this browser" in words(app)
    html: list[Any] = list(app.get("html"))
    assert any("forget-this-browser?token=token" in each.body for each in html)


@pytest.mark.usefixtures("stand_in")
def test_a_name_is_shown_as_it_is_spelled() -> None:
    app = opened(Visitor("user", "*ada* <b>x</b>"))
    assert "Signed in as *ada* &lt;b&gt;x&lt;/b&gt;." in words(app)


@pytest.mark.usefixtures("stand_in")
def test_an_account_goes_by_its_issuer_and_subject() -> None:
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    be(app, TO_SIGN_IN)
    app.user |= {"is_logged_in": True, "iss": "https://id.example", "email": "ada@example.org"}
    assert [button.label for button in app.run().button] == ["Sign in"]
    app.user |= {"sub": "4711"}
    app.run().switch_page("../pages/connections.py").run()
    assert "ada@example" in words(app)
