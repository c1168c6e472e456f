"""Which server is meant, and that its key stays out of sight."""

from __future__ import annotations

import pytest

from playground.servers import connection as connections
from playground.settings import load_settings


def test_without_a_key_the_embedded_gateway_is_meant() -> None:
    assert connections.configured(load_settings({})) is None


def test_a_key_alone_means_the_hosted_service_which_takes_no_vertical() -> None:
    connection = connections.configured(load_settings({"SPEKO_API_KEY": "k-1"}))
    assert connection is not None
    assert (connection.name, connection.base_url) == ("Speko", "https://api.speko.dev")
    assert not connection.takes_vertical
    assert not connection.embedded


def test_another_server_is_named_by_its_host_and_may_take_the_vertical() -> None:
    settings = load_settings(
        {
            "SPEKO_API_KEY": "k-1",
            "SPEKO_BASE_URL": "https://speko.example:8443/base",
            "SPEKO_TAKES_VERTICAL": True,
        }
    )
    connection = connections.configured(settings)
    assert connection is not None
    assert connection.name == "speko.example:8443"
    assert connection.takes_vertical
    assert not connection.embedded


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/v1/complete", "/v1/complete/"])
def test_the_address_may_be_pasted_with_the_path_that_follows_it(path: str) -> None:
    url = f"https://speko.example/base{path}"
    assert connections.other(url, None, takes_vertical=False).base_url == (
        "https://speko.example/base"
    )


def test_the_embedded_gateway_takes_everything() -> None:
    connection = connections.embedded("http://127.0.0.1:9", "k-1")
    assert connection.embedded
    assert connection.takes_vertical


def test_no_connection_shows_its_key() -> None:
    assert "k-hidden" not in repr(connections.embedded("http://127.0.0.1:9", "k-hidden"))
