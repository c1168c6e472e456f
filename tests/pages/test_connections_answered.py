"""Who has not answered is not used, and is not called connected."""

from __future__ import annotations

import pytest

from playground.runtime import get_runtime
from tests.pages.connections_page import ConnectionsPage
from tests.pages.gateway_stand_in import KEY, StandIn

REFUSED = {"ok": False, "message": "OpenAI refused the key.", "code": "AUTH_FAILED"}
UNLISTED = {"ok": False, "message": "Lab lists no models.", "code": "MODEL_NOT_FOUND"}
PAUSED = {"ok": False, "message": "OpenAI is over its limit.", "code": "RATE_LIMITED"}


@pytest.fixture
def page(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> ConnectionsPage:
    """The page, opened, where private addresses may be named."""
    settings = get_runtime().settings.model_copy(update={"allow_private_urls": "true"})
    monkeypatch.setattr(get_runtime(), "settings", settings)
    return ConnectionsPage()


def test_a_key_that_is_refused_is_not_used_until_it_is_taken(
    page: ConnectionsPage, stand_in: StandIn
) -> None:
    stand_in.tests["openai"] = REFUSED | {"latencyMs": 98.0}
    page.press("add-openai")
    page.fill("openai", key="k-typed")
    assert stand_in.last("/v1/connections/test").vendors == {"openai": {"key": "k-typed"}}
    assert "✕ OpenAI refused the key." in page.text
    assert "Not in use: it has not answered yet." in page.text
    assert stand_in.last("/v1/fleet").vendors == {}
    assert "Now: the demo fleet." in page.text
    page.go("chat")
    assert "Demo fleet" in page.text
    page.go("connections")

    del stand_in.tests["openai"]
    page.press("test-openai")
    assert "Not in use" not in page.text
    assert stand_in.last("/v1/fleet").vendors == {"openai": {"key": "k-typed"}}
    assert "Now: live vendors." in page.text


def test_a_server_that_fails_after_it_has_answered_is_told_and_stays(
    page: ConnectionsPage, stand_in: StandIn
) -> None:
    page.press("add-openai")
    page.fill("openai", key="k-typed")
    stand_in.tests["openai"] = REFUSED | {"latencyMs": 98.0}
    page.press("test-openai")
    assert "✕ OpenAI refused the key." in page.text
    assert "It works." not in page.text
    assert stand_in.last("/v1/providers/known").vendors == {"openai": {"key": "k-typed"}}


@pytest.mark.parametrize(
    ("told", "models", "used"),
    [(UNLISTED, "a, b", True), (UNLISTED, "", False), (PAUSED, "", True), (REFUSED, "a", False)],
)
def test_not_every_server_lists_its_models(
    page: ConnectionsPage, stand_in: StandIn, told: dict[str, object], models: str, used: bool
) -> None:
    stand_in.tests["custom-lab"] = {**told, "latencyMs": 3.0}
    page.press("add-server")
    page.fill("new-server", name="Lab", url="http://127.0.0.1:9000", models=models)
    page.app.run()
    assert ("custom-lab" in stand_in.last("/v1/connections").vendors) is used
    assert ("Not in use" in page.text) is not used
    assert "✕" in page.text


def test_a_server_that_has_died_is_not_called_connected(
    page: ConnectionsPage, stand_in: StandIn
) -> None:
    page.pick("server-kind", "other")
    with StandIn() as other:
        page.fill("other", url=other.base_url, key=KEY)
        page.go("chat")
        assert "Connected to 127.0.0.1" in page.text
        page.go("connections")
    page.press("refresh")
    page.go("chat")
    assert "Not connected to 127.0.0.1" in page.text
    assert "Connected to" not in page.text
