"""The Connections page: keys, local servers, servers of one's own, the server, the status."""

from __future__ import annotations

import pytest

from playground.runtime import get_runtime
from playground.servers import connection as connections
from playground.servers.local_gateway import GatewayStartError
from tests.pages.connections_page import ConnectionsPage
from tests.pages.gateway_stand_in import KEY, StandIn


@pytest.fixture
def setting() -> str:
    """What SPEKO_ALLOW_PRIVATE_URLS says."""
    return "true"


@pytest.fixture
def page(setting: str, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> ConnectionsPage:
    """The page, opened."""
    settings = get_runtime().settings.model_copy(update={"allow_private_urls": setting})
    monkeypatch.setattr(get_runtime(), "settings", settings)
    return ConnectionsPage()


def test_a_key_is_tested_at_once_and_travels_in_the_header(
    page: ConnectionsPage, stand_in: StandIn
) -> None:
    page.press("add-openai")
    page.fill("openai", key=" k-typed ")
    assert stand_in.last("/v1/connections/test").vendors == {"openai": {"key": "k-typed"}}
    assert stand_in.last("/v1/providers/known").vendors == {"openai": {"key": "k-typed"}}
    assert "OpenAI set in this browser session" in page.text
    assert "It works. 142 ms" in page.text


def test_a_key_is_in_nothing_the_page_shows_or_the_session_prints(page: ConnectionsPage) -> None:
    page.press("add-openai")
    page.fill("openai", key="k-typed")
    assert "k-typed" not in page.everything
    page.press("edit-openai")
    assert page.app.text_input(key="typed-key-openai").value == ""
    assert "k-typed" not in page.everything


def test_a_key_that_was_refused_here_is_kept_nowhere_either(
    page: ConnectionsPage, stand_in: StandIn
) -> None:
    page.press("add-openai")
    page.fill("openai", key="k-ty ped")
    assert "characters that no key has" in page.text
    assert "k-ty ped" not in page.everything
    assert stand_in.last("/v1/connections").vendors == {}


def test_what_is_typed_and_not_saved_is_forgotten(page: ConnectionsPage) -> None:
    page.press("add-openai")
    page.app.text_input(key="typed-key-openai").set_value("k-typed")
    page.press("FormSubmitter:form-openai-Cancel")
    assert "k-typed" not in page.everything
    assert page.has_button("add-openai")


def test_an_empty_form_says_what_is_missing(page: ConnectionsPage) -> None:
    page.press("add-openai")
    page.fill("openai", key="")
    assert "Paste the key first." in page.text


def test_forgetting_a_key_is_the_end_of_it(page: ConnectionsPage, stand_in: StandIn) -> None:
    page.press("add-openai")
    page.fill("openai", key="k-typed")
    page.press("forget-openai")
    assert "It works" not in page.text
    assert stand_in.last("/v1/connections").vendors == {}


def test_a_test_that_fails_says_why(page: ConnectionsPage, stand_in: StandIn) -> None:
    told = {"ok": False, "message": "Anthropic refused the key.", "latencyMs": 98.0}
    stand_in.tests["anthropic"] = told | {"code": "AUTH_FAILED"}
    page.press("test-anthropic")
    assert stand_in.last("/v1/connections/test").body == {"vendor": "anthropic"}
    assert "✕ Anthropic refused the key. 98 ms · just now" in page.text


def test_a_key_of_the_environment_is_told_as_that(page: ConnectionsPage) -> None:
    assert "Anthropic from the environment" in page.text
    assert page.has_button("edit-anthropic")
    assert not page.has_button("forget-anthropic")


def test_a_vendor_can_be_reached_at_another_address(
    page: ConnectionsPage, stand_in: StandIn
) -> None:
    page.press("add-openai")
    page.fill("openai", key="k-typed", url="http://127.0.0.1:9000/v1/")
    sent = stand_in.last("/v1/connections/test").vendors["openai"]
    assert sent == {"key": "k-typed", "baseUrl": "http://127.0.0.1:9000/v1"}


def test_a_local_server_that_runs_is_one_click_and_its_models_are_offered(
    page: ConnectionsPage, stand_in: StandIn
) -> None:
    stand_in.tests["ollama"] = {
        "ok": True,
        "message": "It works.",
        "latencyMs": 3.0,
        "models": ["llama3.2", "nomic-embed-text"],
    }
    assert "Ollama running" in page.text
    assert "vLLM not running" in page.text
    page.press("use-ollama")
    sent = stand_in.last("/v1/providers/known").vendors["ollama"]
    assert sent == {"baseUrl": "http://127.0.0.1:11434/v1", "models": ["llama3.2"]}
    assert "Ollama llama3.2" in page.text


def test_a_server_of_ones_own_by_its_url(page: ConnectionsPage, stand_in: StandIn) -> None:
    page.press("add-server")
    page.fill("new-server", name="Lab", url="http://127.0.0.1:9000", models="a, b ,")
    sent = stand_in.last("/v1/connections/test").vendors["custom-lab"]
    assert sent == {"name": "Lab", "baseUrl": "http://127.0.0.1:9000", "models": ["a", "b"]}
    assert "Lab set in this browser session" in page.text
    page.press("add-server")
    page.fill("new-server", name="Lab", url="http://127.0.0.1:9001")
    assert set(stand_in.last("/v1/connections").vendors) == {"custom-lab", "custom-lab-2"}


def test_a_server_of_ones_own_can_be_corrected(page: ConnectionsPage, stand_in: StandIn) -> None:
    def sent() -> dict[str, object]:
        found: dict[str, object] = stand_in.last("/v1/connections/test").vendors["custom-lab"]
        return found

    page.press("add-server")
    page.fill("new-server", name="Lab", url="http://127.0.0.1:9000", key="k-wrong", models="a")
    page.press("edit-custom-lab")
    page.fill("custom-lab", key="k-right")
    right = {"name": "Lab", "baseUrl": "http://127.0.0.1:9000", "key": "k-right", "models": ["a"]}
    assert sent() == right
    page.press("edit-custom-lab")
    page.fill("custom-lab", url="")
    assert "Name the address first" in page.text
    page.fill("custom-lab", url="http://127.0.0.1:9001")
    assert sent() == {"name": "Lab", "baseUrl": "http://127.0.0.1:9001"}


def test_what_a_server_was_found_to_take_is_told(stand_in: StandIn) -> None:
    known = [{"model": "m", "takes": ["max_completion_tokens"], "refuses": ["stream_options"]}]
    stand_in.vendors[2]["learnt"] = known
    line = "m: takes max_completion_tokens, no stream_options (learnt from its answers)"
    assert line in ConnectionsPage().text


def test_from_a_server_that_works_it_is_one_click_to_a_chat_with_it(
    page: ConnectionsPage,
) -> None:
    page.press("test-anthropic")
    page.press("chat-anthropic")
    (allowed,) = [box for box in page.app.multiselect if box.label == "Allowed providers"]
    assert allowed.value == ["anthropic"]


def test_which_of_a_servers_models_are_offered_can_be_chosen(
    page: ConnectionsPage, stand_in: StandIn
) -> None:
    works = {"ok": True, "message": "It works.", "latencyMs": 3.0}
    stand_in.tests["ollama"] = works | {"models": ["m-1", "m-2"]}
    page.press("use-ollama")
    page.app.multiselect(key="offered-ollama").set_value(["m-2"]).run()
    assert stand_in.last("/v1/providers/known").vendors["ollama"]["models"] == ["m-2"]


@pytest.mark.parametrize("setting", ["false"])
def test_a_shared_playground_refuses_private_addresses_and_says_whose_business_it_is(
    page: ConnectionsPage, stand_in: StandIn
) -> None:
    assert "This playground is shared" in page.text
    assert not page.has_button("use-ollama")
    page.press("add-server")
    page.fill("new-server", name="Inside", url="http://127.0.0.1:9000")
    assert "SPEKO_ALLOW_PRIVATE_URLS=true" in page.text
    assert stand_in.last("/v1/connections").vendors == {}


def test_an_address_that_is_private_by_now_stays_behind(
    page: ConnectionsPage, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.press("use-ollama")
    settings = get_runtime().settings.model_copy(update={"allow_private_urls": "false"})
    monkeypatch.setattr(get_runtime(), "settings", settings)
    page.app.run()
    assert stand_in.last("/v1/connections").vendors == {}
    assert "127.0.0.1 is a private address" in page.text


def test_the_fleet_is_this_sessions_choice(page: ConnectionsPage, stand_in: StandIn) -> None:
    assert stand_in.last("/v1/fleet").fleet is None
    page.pick("fleet", "live")
    assert stand_in.last("/v1/fleet").fleet == "live"
    assert "Now: live vendors." in page.text


def test_the_hosted_service_is_in_use_once_it_has_a_key(
    page: ConnectionsPage, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "DEFAULT_BASE_URL", stand_in.base_url)
    page.pick("server-kind", "speko")
    assert "the chat still uses the embedded gateway" in page.text
    page.fill("speko", key=KEY)
    assert "It works: 1 model can answer." in page.text
    assert KEY not in page.everything
    page.go("chat")
    assert "Connected to Speko" in page.text
    assert not [box for box in page.app.selectbox if box.label == "Vertical"]


def test_a_wrong_key_is_told_and_can_be_forgotten(
    page: ConnectionsPage, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "DEFAULT_BASE_URL", stand_in.base_url)
    page.pick("server-kind", "speko")
    page.fill("speko", key="k-wrong")
    assert "refused the key" in page.text
    assert "the chat still uses the embedded gateway" in page.text
    page.go("chat")
    assert "Demo fleet" in page.text
    page.go("connections")
    page.pick("server-kind", "speko")
    page.press("forget-speko")
    assert "the chat still uses the embedded gateway" in page.text


def test_another_server_may_take_the_vertical(page: ConnectionsPage, stand_in: StandIn) -> None:
    page.pick("server-kind", "other")
    page.app.toggle(key="typed-vertical-other").set_value(True)
    page.fill("other", url=stand_in.base_url, key=KEY)
    assert "It works" in page.text
    page.go("chat")
    assert [box for box in page.app.selectbox if box.label == "Vertical"]
    page.go("connections")
    assert page.app.segmented_control(key="server-kind").value == "other"
    assert stand_in.base_url in page.text


def test_another_server_needs_no_key(page: ConnectionsPage, stand_in: StandIn) -> None:
    page.pick("server-kind", "other")
    page.fill("other", url="http://127.0.0.1:1")
    assert "Nothing answers at http://127.0.0.1:1" in page.text
    assert "the chat still uses the embedded gateway" in page.text


def test_keys_survive_a_change_of_pages(page: ConnectionsPage, stand_in: StandIn) -> None:
    page.press("add-openai")
    page.fill("openai", key="k-typed")
    page.go("chat")
    assert stand_in.last("/v1/providers/known").vendors == {"openai": {"key": "k-typed"}}
    options = page.app.multiselect[0].options
    assert "OpenAI · openai-model" in options
    page.go("connections")
    assert "OpenAI set in this browser session" in page.text


def test_another_browser_session_has_none_of_it(page: ConnectionsPage, stand_in: StandIn) -> None:
    page.press("add-openai")
    page.fill("openai", key="k-typed")
    other = ConnectionsPage()
    assert "OpenAI no key" in other.text
    assert stand_in.last("/v1/connections").vendors == {}


def test_how_the_providers_are_doing(page: ConnectionsPage, stand_in: StandIn) -> None:
    row = {"provider": "anthropic", "model": "anthropic-model", "calls": 12, "errorRate": 0.58}
    error = {"code": "TIMEOUT", "message": "timed out after 5.0 s", "at": "2026-04-01T12:00:00Z"}
    stand_in.health.append(row | {"state": "unhealthy", "lastError": error, "retryAt": None})
    page.press("refresh")
    assert "Anthropic anthropic-model Left out too many of its recent calls failed" in page.text
    assert "58 % of 12 timed out after 5.0 s" in page.text
    assert "Not available OpenAI needs a key" in page.text


def test_a_gateway_that_does_not_start_is_told(
    page: ConnectionsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails() -> tuple[str, str]:
        raise GatewayStartError("The embedded gateway ended at once.")

    monkeypatch.setattr(get_runtime().gateway, "ensure", fails)
    page.app.run()
    assert "The embedded gateway ended at once." in page.text
