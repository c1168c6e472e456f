"""The button "Export" builds nothing until it is opened; links can be made, listed and revoked."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from playground.exports.formats import FORMATS
from playground.runtime import get_runtime
from playground.shares.shares import share, shared_page, shares
from playground.teams.owner import MACHINE_OWNER
from tests.pages.test_analytics_page import ROOT
from tests.patience import PATIENCE
from tests.turns import served


@pytest.fixture
def app(stand_in: object) -> AppTest:
    """The chat with one answered turn."""
    get_runtime().store.of(MACHINE_OWNER).save_turn(served(1, simulated=True))
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    app.query_params["c"] = "c"
    return app.run()


def opened(app: AppTest) -> AppTest:
    """The page with the popover open."""
    app.session_state["export"] = True
    app.run()
    assert not app.exception
    return app


def test_a_closed_button_builds_nothing(app: AppTest) -> None:
    assert not app.exception
    assert not app.get("download_button")


def test_it_offers_a_file_in_every_format(app: AppTest) -> None:
    offered = [each.proto.label for each in opened(app).get("download_button")]
    assert offered == [form.label for form in FORMATS]


def test_a_link_is_made_shown_once_and_revoked(app: AppTest) -> None:
    app = opened(app)
    assert any("Deleting the session ends its links" in each.value for each in app.caption)
    app.selectbox("share-lasts").select("1 day")
    app.button("share-make").click().run()
    (link,) = [each.value for each in app.code if "/shared/" in each.value]
    store = get_runtime().store.of(MACHINE_OWNER)
    page = shared_page(store.database, link.rpartition("/")[2])
    assert page is not None
    assert "simulated, scripted" in page
    (listed,) = shares(store)
    assert listed.expires_at is not None
    assert (listed.expires_at - listed.created_at).days == 1
    assert any(" until " in each.value for each in app.markdown)
    store.save_turn(served(1).model_copy(update={"id": "other", "conversation_id": "e"}))
    share(store, "e", "Leases", "<p>", None)
    app.run()
    assert [each.label for each in app.expander if "Links" in each.label] == [
        "Links to your other sessions (1)"
    ]
    app.button(f"revoke-{listed.id}").click().run()
    assert [each.title for each in shares(store)] == ["Leases"]
    assert not [each.value for each in app.code if "/shared/" in each.value]


def test_where_links_are_off_there_are_files_alone(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = get_runtime().settings.model_copy(update={"shares": False})
    monkeypatch.setattr(get_runtime(), "settings", off)
    app = opened(app)
    assert app.get("download_button")
    assert not [each for each in app.button if each.key == "share-make"]
