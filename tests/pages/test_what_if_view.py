"""The what-if view as a visitor meets it; what sliders and cells send is a journey's matter."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from playground.routing.saved_what_ifs import (
    SavedWhatIf,
    delete_what_if,
    rename_what_if,
    saved_what_ifs,
)
from playground.routing.what_ifs import OnView
from playground.runtime import get_runtime
from playground.servers.server_choice import OtherServer, ServerChoice
from playground.sessions.database import StoreError
from playground.sessions.turns import TurnSettings
from playground.teams.owner import MACHINE_OWNER
from speko_client.errors import SpekoApiError
from speko_client.models import Fleet, KnownProviders, RoutingPreview, SnapshotInfo, WhatIf
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE
from tests.playground.previews import GEMINI, GPT, preview

ROOT = Path(__file__).parent.parent.parent
NO_GEMINI = WhatIf(name="What-if", without=["google:gemini-2.0-flash"])


class Router(AbstractContextManager["Router"]):
    """The gateway's short answers, by a rule of this test: without Gemini, gpt-4o wins."""

    refusal: SpekoApiError | None = None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to close."""

    def fleet(self) -> Fleet:
        snapshot = SnapshotInfo(id="demo-1", label="Demo", source="us")
        return Fleet(
            fleet="demo", demo=True, has_model_file=True, words="scripted", snapshot=snapshot
        )

    def known_providers(self) -> KnownProviders:
        return KnownProviders()

    def preview_routing(
        self, *_: object, what_if: WhatIf | None = None, **__: Any
    ) -> RoutingPreview:
        if what_if is not None and self.refusal is not None:
            raise self.refusal
        return preview(GPT) if what_if and what_if.without else preview(GEMINI, GPT)


def page() -> AppTest:
    """The Routing page at a deep link to the view, not run yet."""
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    app.query_params["view"] = "what-if"
    return app.switch_page("../pages/routing.py")


def scores_key(app: AppTest) -> str:
    """The key of the chat's choice of scores."""
    return next(str(box.key) for box in app.selectbox if str(box.key).startswith("scores-"))


@pytest.fixture
def router(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Router:
    """Who is asked in this test; ``stand_in`` only gives it an address."""
    router = Router()
    monkeypatch.setattr(get_runtime(), "client", lambda _: router)
    return router


def view(tried: WhatIf | None = None) -> AppTest:
    """The view, with this tried on it."""
    app = page()
    if tried is not None:
        app.session_state["what_if"] = OnView(tried)
    return app.run()


def html(app: AppTest) -> str:
    """All HTML of the page."""
    return " ".join(each.value for each in app.get("html"))  # type: ignore[union-attr]


def save(app: AppTest, name: str) -> AppTest:
    """Save what is tried under a name."""
    app.text_input(key="what-if-name").set_value(name)
    return next(each for each in app.button if each.label == "Save").click().run()


def no_gemini_in_use() -> tuple[AppTest, SavedWhatIf]:
    """The view once "No Gemini" is saved and used by the chat."""
    app = save(view(NO_GEMINI), "No Gemini")
    (saved,) = saved_what_ifs(get_runtime().store.of(MACHINE_OWNER))
    return app.button(key=f"use-{saved.id}").click().run(), saved


@pytest.mark.usefixtures("router")
def test_at_first_it_ranks_as_today() -> None:
    app = view()
    assert not app.exception
    assert "google/gemini-2.0-flash wins, as today." in html(app)
    assert app.button(key="what-if-as-today").disabled
    assert app.button(key="what-if-preset").disabled


@pytest.mark.usefixtures("router")
def test_what_is_tried_changes_the_winner_until_it_is_as_today_again() -> None:
    app = view(NO_GEMINI)
    assert "openai/gpt-4o would take over from google/gemini-2.0-flash." in html(app)
    app.button(key="what-if-as-today").click().run()
    assert "wins, as today." in html(app)


@pytest.mark.usefixtures("router")
def test_it_is_saved_used_renamed_and_deleted() -> None:
    app = save(view(NO_GEMINI), "  No  Gemini ")
    (saved,) = saved_what_ifs(get_runtime().store.of(MACHINE_OWNER))
    assert saved.what_if.name == "No Gemini"
    app.button(key=f"use-{saved.id}").click().run()
    form = app.session_state["form"]
    assert isinstance(form, TurnSettings)
    assert form.what_if == saved.what_if
    assert "The chat routes by <b>No Gemini</b>" in html(app)
    app.button(key="what-if-stop").click().run()
    assert app.session_state["form"].what_if is None
    app.text_input(key=f"new-name-{saved.id}").set_value("Without Google").run()
    app.button(key=f"do-rename-{saved.id}").click().run()
    assert "<b>Without Google</b>" in html(app)
    app.button(key=f"delete-{saved.id}").click().run()
    assert saved_what_ifs(get_runtime().store.of(MACHINE_OWNER)) == []


@pytest.mark.usefixtures("router")
def test_one_in_use_that_is_renamed_stays_in_use_under_its_new_name() -> None:
    app, saved = no_gemini_in_use()
    app.text_input(key=f"new-name-{saved.id}").set_value("Without Google").run()
    app.button(key=f"do-rename-{saved.id}").click().run()
    assert "The chat routes by <b>Without Google</b>" in html(app)


@pytest.mark.usefixtures("router")
def test_deleting_one_in_use_brings_the_servers_own_scores_back() -> None:
    app, saved = no_gemini_in_use()
    app.button(key=f"delete-{saved.id}").click().run()
    assert app.session_state["form"].what_if is None
    assert "“No Gemini” was deleted" in app.warning[0].value
    assert not app.run().warning


@pytest.mark.usefixtures("router")
def test_one_in_use_that_somebody_else_deleted_is_out_of_use_and_that_is_said_once() -> None:
    app, saved = no_gemini_in_use()
    app.switch_page("../pages/chat.py").run()
    assert app.selectbox(key=scores_key(app)).value == "No Gemini"
    delete_what_if(get_runtime().store.of(MACHINE_OWNER), saved.id)
    app.run()
    assert app.session_state["form"].what_if is None
    assert "“No Gemini” was deleted" in app.toast[0].value
    assert not app.run().toast
    assert not app.exception


@pytest.mark.usefixtures("router")
def test_one_in_use_that_somebody_else_renamed_stays_in_use() -> None:
    app, saved = no_gemini_in_use()
    app.switch_page("../pages/chat.py").run()
    rename_what_if(get_runtime().store.of(MACHINE_OWNER), saved, "Without Google")
    assert app.run().selectbox(key=scores_key(app)).value == "Without Google"
    assert app.session_state["form"].what_if.name == "Without Google"
    assert not app.toast


@pytest.mark.usefixtures("router")
def test_what_cannot_be_saved_says_why() -> None:
    assert "Nothing is changed yet" in save(view(), "Nothing").warning[0].value
    app = page()
    app.session_state["what_if"] = OnView(NO_GEMINI, problems=("The price is no number.",))
    said = [each.value for each in save(app.run(), "Half of it").warning]
    assert "Not saved yet. The price is no number." in said
    app = view(NO_GEMINI)
    assert "Give it a name first" in save(app, " ").warning[0].value
    save(app, "Twice")
    assert "named “Twice” is saved already" in save(app, "Twice").warning[0].value


@pytest.mark.usefixtures("router")
def test_a_saved_one_is_put_on_the_view_again() -> None:
    app = save(view(NO_GEMINI), "No Gemini")
    app.button(key="what-if-as-today").click().run()
    (saved,) = saved_what_ifs(get_runtime().store.of(MACHINE_OWNER))
    app.button(key=f"look-{saved.id}").click().run()
    assert "would take over from" in html(app)


def test_what_the_gateway_refuses_is_told_and_today_stays(router: Router) -> None:
    router.refusal = SpekoApiError("edits.0: no figures for x/y", 400, "VALIDATION_ERROR")
    app = view(NO_GEMINI)
    assert "no figures for x/y" in app.error[0].value
    assert not app.exception


@pytest.mark.usefixtures("router")
def test_a_store_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr("playground.routing.saved_what_ifs_view.saved_what_ifs", full)
    assert "The disk is full." in view().error[0].value


@pytest.fixture
def any_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visitors may name private addresses."""
    monkeypatch.setenv("SPEKO_ALLOW_PRIVATE_URLS", "true")


@pytest.mark.usefixtures("any_address")
def test_another_server_takes_none(stand_in: StandIn) -> None:
    app = page()
    other = OtherServer(stand_in.base_url)
    app.session_state["server_choice"] = ServerChoice(kind="other", other=other)
    app.run()
    assert "What-if needs the embedded gateway" in app.info[0].value
