"""What was typed becomes credentials, or a sentence that says what to correct."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from playground.servers.address_guard import AddressRefusedError, NotUsableError
from playground.servers.server_choice import (
    OFFERED_AT_FIRST,
    OtherServer,
    ServerChoice,
    Typed,
    address_problem,
    credentials,
    first_offer,
    portable,
    server,
    usable_key,
)
from speko_client.base_urls import DialectName
from speko_client.models import VendorCredentials


def test_a_vendor_with_a_key() -> None:
    made = credentials(Typed(key=SecretStr("k-1")), needs_key=True, private_allowed=False)
    assert made.key is not None
    assert (made.key.get_secret_value(), made.base_url, made.models) == ("k-1", None, None)


def test_another_address_never_comes_without_a_key_of_its_own() -> None:
    # The environment's key would go to an address that a visitor named.
    with pytest.raises(NotUsableError, match="Paste the key first"):
        credentials(Typed(base_url="http://127.0.0.1"), needs_key=True, private_allowed=True)


@pytest.mark.parametrize("key", ["k 1", "k\n1", "schlüssel", "k" * 5000])
def test_what_cannot_be_a_key_is_refused_unquoted(key: str) -> None:
    with pytest.raises(NotUsableError) as refused:
        usable_key(Typed(key=SecretStr(key)))
    assert key not in str(refused.value)


def test_a_server_of_ones_own_with_models() -> None:
    typed = Typed(name="Lab", base_url="http://127.0.0.1:9000/", models=" a, b,,a ")
    made = credentials(typed, needs_key=False, private_allowed=True)
    assert (made.name, made.base_url, made.models) == ("Lab", "http://127.0.0.1:9000", ["a", "b"])


def test_private_addresses_are_refused_where_the_playground_is_shared() -> None:
    typed = Typed(base_url="http://127.0.0.1:9000")
    with pytest.raises(AddressRefusedError):
        credentials(typed, needs_key=False, private_allowed=False)
    with pytest.raises(AddressRefusedError):
        server(typed, private_allowed=False)


def test_another_speko_server() -> None:
    typed = Typed(base_url="http://127.0.0.1:9000", takes_vertical=True)
    assert server(typed, private_allowed=True) == OtherServer(
        "http://127.0.0.1:9000", None, takes_vertical=True
    )


def test_more_than_a_request_can_carry_is_refused_before_it_is_sent() -> None:
    choice = ServerChoice().with_vendor("custom-a", VendorCredentials(models=["m" * 200] * 10))
    assert portable(choice) is choice
    too_much = choice.with_vendor("custom-b", VendorCredentials(models=["m" * 200] * 60))
    with pytest.raises(NotUsableError, match="Offer fewer models"):
        portable(too_much)


def test_what_is_no_models_id_is_not_offered() -> None:
    assert first_offer(("", " ", "m\x00", "llama3.2")) == ["llama3.2"]


def test_the_first_offer_is_what_chats_and_not_too_much() -> None:
    assert first_offer(("llama3.2", "nomic-embed-text", "whisper-1")) == ["llama3.2"]
    assert first_offer(("text-embedding-3",)) == ["text-embedding-3"]
    assert len(first_offer(tuple(f"m-{each}" for each in range(300)))) == OFFERED_AT_FIRST


@pytest.mark.parametrize(
    ("dialect", "typed", "kept"),
    [
        ("openai", "https://10.0.0.7/v1/chat/completions?a=b#c", "https://10.0.0.7/v1"),
        (
            "openai",
            "https://10.0.0.7/?api-version=1",
            "https://10.0.0.7?api-version=1",
        ),
        ("anthropic", "https://10.0.0.7/v1/messages", "https://10.0.0.7"),
        (
            "google",
            "https://10.0.0.7/v1beta/models/m:generateContent",
            "https://10.0.0.7",
        ),
    ],
)
def test_the_address_of_a_whole_call_is_kept_as_its_base_url(
    dialect: DialectName, typed: str, kept: str
) -> None:
    typed_in = Typed(base_url=typed)
    made = credentials(typed_in, needs_key=False, private_allowed=True, dialect=dialect)
    assert made.base_url == kept
    assert address_problem(made.base_url, private_allowed=True) is None


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("https://10.0.0.7:99999/v1", "1 to 65535"),
        ("https://10.0.0.7/v1/messages", "Anthropic's messages"),
        ("https://user:pass@10.0.0.7/v1", "no user"),
        ("10.0.0.7", "begins with http://"),
        ("https://127.0.0.1/v1/chat/completions", "private address"),
    ],
)
def test_an_address_that_cannot_be_meant_is_refused_with_a_sentence(typed: str, why: str) -> None:
    with pytest.raises(NotUsableError, match=why) as caught:
        credentials(Typed(base_url=typed), needs_key=False, private_allowed=False)
    assert "pass" not in str(caught.value)
