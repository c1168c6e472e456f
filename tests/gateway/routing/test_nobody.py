"""Where nobody can answer: why, and first of all for those who were allowed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from speko_client.models import CompleteRequest
from speko_gateway.config import Config
from speko_gateway.errors import GatewayError
from speko_gateway.gateway import Gateway, build_gateway
from speko_gateway.routing.gating import MOST_NAMED, MOST_SHOWN
from tests.gateway.fleet_doubles import PlayedProvider, gateway, said
from tests.gateway.served import BODY

LIVE = {"OPENAI_API_KEY": "test-key", "SPEKO_VLLM_BASE_URL": "http://127.0.0.1:9"}


def why(served: Gateway, *allowed: str) -> str:
    """The error for a request that allows only these, without its lead."""
    constraints = {"allowedProviders": {"llm": list(allowed)}} if allowed else None
    request = CompleteRequest.model_validate({**BODY, "constraints": constraints})
    with pytest.raises(GatewayError) as caught:
        served.relay(request)
    assert (caught.value.status, caught.value.code) == (500, "COMPLETE_FAILED")
    return caught.value.message.partition("make one available. ")[2]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("mistral", "mistral: Mistral needs a key (MISTRAL_API_KEY)"),
        ("mistral:large", "mistral:large: Mistral needs a key (MISTRAL_API_KEY)"),
        ("ollama", "ollama: it is not connected"),
        ("vllm", "vllm: it has no models"),
        ("openai:gpt-99", "openai:gpt-99: it has no model of this name"),
        ("acme", "acme: there is no provider of this name"),
    ],
)
def test_an_entry_that_names_nobody_says_why(entry: str, reason: str) -> None:
    told = why(build_gateway(Config(fleet="live"), LIVE), entry)
    first, _, rest = told.partition("; ")
    assert first == reason
    assert rest.startswith("not on the allow-list: ")
    assert "openai/" not in rest


def test_a_vendor_without_its_key_says_so_for_each_model_and_the_rest_is_a_count() -> None:
    told = why(build_gateway(Config(fleet="live"), LIVE), "xai")
    assert told.startswith("xai/grok-4.7: xAI needs a key (XAI_API_KEY); xai/grok-4.5: xAI needs")
    assert "not on the allow-list: " in told


def test_a_real_vendor_that_the_demo_fleet_lacks_is_not_simulated() -> None:
    demo = build_gateway(Config(fleet="demo", words="scripted"), {})
    assert why(demo, "mistral").startswith("mistral: it is not simulated; ")


def test_without_a_list_everybody_is_named() -> None:
    served = gateway(PlayedProvider({"a": said("A"), "b": said("B")}, unavailable="is away"))
    assert why(served) == "acme/a: is away; acme/b: is away"


def test_an_allow_list_without_end_is_named_in_part() -> None:
    served = gateway(PlayedProvider({"a": said("A")}))
    entries = [f"{number:04}" + "x" * 500 for number in range(500)]
    told = why(replace(served, vendors=None), *entries)
    assert f"{500 - MOST_NAMED} more entries name nobody; not on the allow-list: 1 other" in told
    assert len(told) < MOST_NAMED * (MOST_SHOWN + 60) + 100


def test_what_cannot_be_printed_is_not_put_into_an_error() -> None:
    served = gateway(PlayedProvider({"a": said("A")}))
    assert why(served, "a\nb").startswith("'a\\nb': there is no provider of this name")
