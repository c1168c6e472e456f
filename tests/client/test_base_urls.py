"""A model server's base URL, in the forms in which people paste it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from speko_client.base_urls import BaseUrlError, DialectName, behind, read_base_url

SAME: dict[tuple[DialectName, str], list[str]] = {
    ("openai", "https://box.example/v1"): [
        "https://box.example/v1/",
        "https://box.example//v1///",
        "https://box.example/v1/v1",
        "https://box.example/v1/chat/completions",
        "https://box.example/v1/chat/completions/",
        "https://box.example/v1/chat/completions/chat/completions",
        "https://box.example/v1/completions",
        "https://box.example/v1/models",
        "https://box.example/v1/responses",
        "https://box.example/v1?key=none",
        "https://box.example/v1#chat",
        "https://box.example/v1/v1/chat/completions?a=b#c",
        "HTTPS://Box.Example:443/v1",
        ' "https://box.example/v1" ',
    ],
    ("openai", "https://box.example"): [
        "https://box.example/",
        "'https://box.example'",
        "https://box.example/chat/completions",
    ],
    ("openai", "http://[::1]:8080/proxy"): [
        "http://[::1]:8080/proxy/",
        "http://[::1]:8080/proxy/chat/completions",
    ],
    ("openai", "https://r.example/openai/deployments/d?api-version=2024-10-21"): [
        "https://r.example/openai/deployments/d/chat/completions?api-version=2024-10-21",
        "https://r.example/openai/deployments/d/?key=no&api-version=2024-10-21",
    ],
    ("openai", "https://user:pass@box.example"): ["https://user:pass@BOX.example:443/"],
    ("anthropic", "https://box.example"): [
        "https://box.example/",
        "https://box.example/v1",
        "https://box.example/v1/v1/",
        "https://box.example/v1/messages",
        "https://box.example/v1/messages?beta=true",
        "https://box.example/v1/messages/count_tokens",
        "https://box.example/v1/models",
    ],
    ("anthropic", "https://box.example/proxy"): ["https://box.example/proxy/v1/messages/"],
    ("google", "https://box.example"): [
        "https://box.example/v1",
        "https://box.example/v1beta/",
        "https://box.example/v1beta/models",
        "https://box.example/v1beta/models/gemini-2.5-flash:generateContent?key=none",
        "https://box.example/v1/models/gemini-2.5-flash:streamGenerateContent?alt=sse",
    ],
}


@pytest.mark.parametrize(
    ("dialect", "plain", "typed"),
    [(*want, typed) for want, forms in SAME.items() for typed in (want[1], *forms)],
)
def test_every_form_is_read_as_the_plain_one(dialect: DialectName, plain: str, typed: str) -> None:
    assert read_base_url(typed, dialect) == plain


@pytest.mark.parametrize(
    ("dialect", "typed", "why"),
    [
        ("openai", "box.example/v1", "http://"),
        ("openai", "ftp://box.example", "http://"),
        ("openai", "http://", "http://"),
        ("openai", "http:///v1", "http://"),
        ("openai", "http://[nonsense", "no address"),
        ("openai", "http://box.example:99999/v1", "1 to 65535"),
        ("openai", "http://box.example:0/v1", "1 to 65535"),
        ("openai", "http://box.example:port/v1", "1 to 65535"),
        ("openai", "http://box example/v1", "characters"),
        ("openai", "http://box.example/v1\nHost: other", "characters"),
        ("openai", "http:\\\\box.example", "characters"),
        ("openai", "https://api.example/v1/messages", "Anthropic's messages"),
        ("openai", "https://g.example/v1beta/models/m:generateContent", "generateContent"),
        ("anthropic", "https://box.example/v1/chat/completions", "OpenAI's chat completions"),
        ("google", "https://g.example/v1beta/openai/", "OpenAI's chat completions"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_clause(
    dialect: DialectName, typed: str, why: str
) -> None:
    with pytest.raises(BaseUrlError, match=r"^its base URL .*") as caught:
        read_base_url(typed, dialect)
    assert why in str(caught.value)


@pytest.mark.parametrize(
    ("base", "path", "called"),
    [
        ("https://b/v1", "/chat/completions", "https://b/v1/chat/completions"),
        ("https://b?api-version=1", "/models", "https://b/models?api-version=1"),
        ("https://b?api-version=1", "/m:x?alt=sse", "https://b/m:x?alt=sse&api-version=1"),
    ],
)
def test_a_path_goes_before_the_query(base: str, path: str, called: str) -> None:
    assert behind(base, path) == called


@example(typed="HTTP://':")
@example(typed="http://box/a'/")
@given(typed=st.text(max_size=40) | st.text(max_size=30).map("http://{}".format))
def test_whatever_is_typed_is_read_or_refused_and_the_plain_form_stays(typed: str) -> None:
    for dialect in ("openai", "anthropic", "google"):
        try:
            plain = read_base_url(typed, dialect)
        except BaseUrlError:
            continue
        assert read_base_url(plain, dialect) == plain
