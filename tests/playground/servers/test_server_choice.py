"""What a browser session chose becomes a connection; what must not be called stays behind."""

from __future__ import annotations

import base64
import json
import socket
from dataclasses import replace

import pytest
from pydantic import SecretStr

from playground.servers import connection as connections
from playground.servers.address_guard import AddressRefusedError
from playground.servers.server_choice import (
    OtherServer,
    ServerChoice,
    chosen_server,
    custom_id,
    environment_kind,
    kind_in_force,
    usable_vendors,
)
from playground.settings import Settings, load_settings
from speko_client.models import VendorCredentials

LOCAL = VendorCredentials(base_url="http://127.0.0.1:11434")
KEYED = VendorCredentials(key=SecretStr("k-vendor"))


@pytest.fixture
def plain() -> Settings:
    """Nothing set in the environment."""
    return load_settings({})


@pytest.fixture
def owned() -> Settings:
    """The owner has set a server in their own network."""
    secrets = {"SPEKO_API_KEY": "k-owner", "SPEKO_BASE_URL": "http://10.0.0.7"}
    return load_settings(secrets)


def test_nothing_chosen_means_what_the_environment_says(plain: Settings, owned: Settings) -> None:
    assert kind_in_force(ServerChoice(), plain) == "gateway"
    assert kind_in_force(ServerChoice(), owned) == "other"
    assert environment_kind(load_settings({"SPEKO_API_KEY": "k-owner"})) == "speko"


def test_a_key_makes_the_hosted_service_a_connection(plain: Settings) -> None:
    assert chosen_server(ServerChoice(), plain, "speko", private_allowed=True) is None
    choice = ServerChoice(kind="speko", speko_key=SecretStr("k-mine"))
    found = chosen_server(choice, plain, "speko", private_allowed=False)
    assert found is not None
    assert (found.name, found.takes_vertical, found.headers) == ("Speko", False, {})


def test_a_servers_key_is_optional_and_its_vertical_a_switch(plain: Settings) -> None:
    choice = ServerChoice(other=OtherServer("http://127.0.0.1:9000/", takes_vertical=True))
    found = chosen_server(choice, plain, "other", private_allowed=True)
    assert found is not None
    assert (found.name, found.base_url) == ("127.0.0.1:9000", "http://127.0.0.1:9000")
    assert found.key.get_secret_value() == ""
    assert found.takes_vertical


def test_a_shared_playground_calls_no_private_address_that_a_visitor_names(plain: Settings) -> None:
    choice = ServerChoice(other=OtherServer("http://127.0.0.1:9000"))
    with pytest.raises(AddressRefusedError):
        chosen_server(choice, plain, "other", private_allowed=False)
    both = ServerChoice().with_vendor("ollama", LOCAL).with_vendor("openai", KEYED)
    both = both.with_answer_of("ollama").with_answer_of("openai")
    assert set(usable_vendors(both, private_allowed=False)) == {"openai"}


def test_the_owners_own_address_may_be_private(owned: Settings) -> None:
    found = chosen_server(ServerChoice(), owned, "other", private_allowed=False)
    assert found is not None
    assert found.base_url == "http://10.0.0.7"


def test_forgetting_a_server_leads_back_to_the_environments(plain: Settings) -> None:
    choice = ServerChoice(kind="speko", speko_key=SecretStr("k-mine"))
    assert choice.without_server("speko") == ServerChoice()
    other = replace(choice, other=OtherServer("https://speko.example"))
    assert other.without_server("other").kind == "speko"
    assert kind_in_force(choice.without_server("speko"), plain) == "gateway"


def test_vendors_come_and_go() -> None:
    choice = ServerChoice().with_vendor("openai", KEYED).with_vendor("ollama", LOCAL)
    assert set(choice.vendors) == {"openai", "ollama"}
    assert set(choice.without_vendor("openai").vendors) == {"ollama"}


def test_only_who_has_answered_with_these_credentials_is_used() -> None:
    def used(choice: ServerChoice) -> set[str]:
        return set(usable_vendors(choice, private_allowed=True))

    choice = ServerChoice().with_vendor("openai", KEYED).with_vendor("ollama", LOCAL)
    assert not used(choice)
    answered = choice.with_answer_of("ollama")
    assert used(answered) == {"ollama"}
    other_models = LOCAL.model_copy(update={"models": ["m"]})
    assert used(answered.with_vendor("ollama", other_models)) == {"ollama"}
    elsewhere = LOCAL.model_copy(update={"base_url": "http://127.0.0.1:1"})
    assert not used(answered.with_vendor("ollama", elsewhere))
    assert not used(answered.without_vendor("ollama").with_vendor("ollama", LOCAL))


def test_a_session_brings_its_keys_along_in_one_header() -> None:
    connection = connections.embedded(
        "http://127.0.0.1:9", "k-gateway", {"openai": KEYED, "ollama": LOCAL}, "live"
    )
    told = json.loads(base64.urlsafe_b64decode(connection.headers["X-Speko-Connections"]))
    assert told == {
        "vendors": {
            "openai": {"key": "k-vendor"},
            "ollama": {"baseUrl": "http://127.0.0.1:11434"},
        }
    }
    assert connection.headers["X-Speko-Fleet"] == "live"
    assert connections.embedded("http://127.0.0.1:9", "k-gateway").headers == {}


def test_a_shared_playground_has_the_gateway_judge_at_the_socket_too() -> None:
    connection = connections.embedded(
        "http://127.0.0.1:9", "k-gateway", {"openai": KEYED}, public_only=True
    )
    told = json.loads(base64.urlsafe_b64decode(connection.headers["X-Speko-Connections"]))
    assert told["publicOnly"] is True


def test_other_servers_never_get_the_vendors_keys() -> None:
    gateway = connections.embedded("http://127.0.0.1:9", "k-gateway", {"openai": KEYED}, "live")
    assert replace(gateway, embedded=False).headers == {}


def test_nothing_shows_a_key_and_what_repeats_one_is_redacted() -> None:
    connection = connections.embedded("http://127.0.0.1:9", "k-gateway", {"openai": KEYED})
    choice = ServerChoice(
        speko_key=SecretStr("k-mine"), other=OtherServer("https://a.example", SecretStr("k-other"))
    ).with_vendor("openai", KEYED)
    shown = repr(connection) + repr(choice)
    assert not [key for key in ("k-gateway", "k-vendor", "k-mine", "k-other") if key in shown]
    header = connection.headers["X-Speko-Connections"]
    assert connection.redact(f"k-gateway k-vendor {header}") == "[key] [key] [key]"


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("My Lab", "custom-my-lab"),
        ("  ", "custom-server"),
        ("é!", "custom-server"),
        (f"{'a' * 39} b", f"custom-{'a' * 39}"),
    ],
)
def test_a_server_of_ones_own_gets_a_plain_id(name: str, made: str) -> None:
    assert custom_id(name, {}) == made
    assert custom_id(name, {made: None}) == f"{made}-2"


def test_a_visitors_server_is_judged_again_at_its_connection(
    plain: Settings, owned: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: public)
    choice = ServerChoice(kind="other", other=OtherServer("https://speko.example"))
    shared = chosen_server(choice, plain, "other", private_allowed=False)
    alone = chosen_server(choice, plain, "other", private_allowed=True)
    owners = chosen_server(ServerChoice(), owned, "other", private_allowed=False)
    found = [each and each.calls_public_only for each in (shared, alone, owners)]
    assert found == [True, False, False]
    gateway = connections.embedded("http://127.0.0.1:1", "k", public_only=True)
    assert not gateway.calls_public_only
