"""The base URL of a model server, as people paste it. Pages and gateway read it by this one rule.

A base URL is what the path of a call is put behind. People paste it with and without its version,
and often the whole address of a call. All of that is read as the plain form.
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

DialectName = Literal["openai", "anthropic", "google"]

_PORTS = {"http": 80, "https": 443}
_NOT_IN_A_URL = re.compile(r"""[\s\x00-\x1f\x7f\\<>"'^`{|}]""")
_SLASHES = re.compile(r"/{2,}")
_TWICE = re.compile(r"(/v\d[a-z\d]*)\1+(?=/|$)")

_CALLED: dict[DialectName, str] = {
    "openai": "OpenAI's chat completions",
    "anthropic": "Anthropic's messages",
    "google": "Google's generateContent",
}
_CALL: dict[DialectName, re.Pattern[str]] = {
    "openai": re.compile(r"/completions$|/openai$"),
    "anthropic": re.compile(r"/v1/messages$"),
    "google": re.compile(r":(stream)?generateContent$"),
}
"""Endings that only an address of this dialect has."""
_BEHIND: dict[DialectName, re.Pattern[str]] = {
    "openai": re.compile(
        r"(/chat/completions)+$|/completions$|/responses$|/embeddings$|(?<=/v\d)/models$"
    ),
    "anthropic": re.compile(r"(/v1)?(/messages(/.*)?|/models|/complete)?$"),
    "google": re.compile(r"(/v\d[a-z\d]*)?(/(models|tunedModels)(/[^/]*)?)?$"),
}
"""What the dialect itself puts behind a base URL."""
_MEANT = ("api-version",)
"""What a query may ask for: Azure wants to know its version with every call."""


class BaseUrlError(ValueError):
    """It cannot be called; the text is a clause that begins with "its base URL"."""


def read_base_url(text: str, dialect: DialectName) -> str:
    """The plain form of ``text``, without a slash at its end. Raises BaseUrlError.

    OpenAI's keeps its version (``https://host/v1``), the others' have none. Of a query only Azure's
    ``api-version`` is kept, of a fragment nothing.
    """
    parts = _split(text.strip().strip("\"'").strip())
    path = _TWICE.sub(r"\1", _SLASHES.sub("/", parts.path).rstrip("/"))
    for other, ending in _CALL.items():
        if other != dialect and ending.search(path) and not _CALL[dialect].search(path):
            raise BaseUrlError(
                f"its base URL is one for {_CALLED[other]}, but {_CALLED[dialect]} are asked for"
            )
    path = _BEHIND[dialect].sub("", path, count=1)
    query = urlencode([pair for pair in parse_qsl(parts.query) if pair[0].lower() in _MEANT])
    return parts._replace(path=path, query=query, fragment="").geturl()


def behind(base_url: str, path: str) -> str:
    """``path`` behind a plain base URL; what a query of the base says goes to the end."""
    address, mark, query = base_url.partition("?")
    return address + path + (("&" if "?" in path else mark) + query if mark else "")


def _split(url: str) -> SplitResult:
    """The parts, with scheme and host in small letters and no port where it is the usual one."""
    if _NOT_IN_A_URL.search(url):
        raise BaseUrlError("its base URL has characters that no address has")
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        raise BaseUrlError("its base URL is no address") from None
    if parts.scheme not in _PORTS or not host:
        raise BaseUrlError("its base URL is no address that begins with http:// or https://")
    user, at, _ = parts.netloc.rpartition("@")
    name = f"[{host}]" if ":" in host else host
    port = _port(parts)
    usual = port is None or port == _PORTS[parts.scheme]
    return parts._replace(netloc=user + at + name + ("" if usual else f":{port}"))


def _port(parts: SplitResult) -> int | None:
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port == 0:
        raise BaseUrlError("its base URL has a port that no server has: they are 1 to 65535")
    return port
