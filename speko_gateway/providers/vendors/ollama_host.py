"""``OLLAMA_HOST``, read as Ollama reads it (``envconfig.Host`` and ``ConnectableHost`` there).

It says what the server binds and what its clients call: a host, a port or both, with a scheme and
a path where somebody put a proxy before it.
"""

from __future__ import annotations

import ipaddress

_PORTS = {"http": "80", "https": "443"}
_PORT = "11434"
_HOSTED = "ollama.com"
_LOOPBACK = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
"""Whoever binds all addresses is called on this machine's own."""


def ollama_base_url(value: str) -> str:
    """The address to call. A port that is none is the usual one, as there."""
    text = value.strip().strip("\"'").strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = ("https" if text == _HOSTED else "http"), text
    usual = _PORTS.get(scheme, _PORT) if mark or text == _HOSTED else _PORT
    place, _, path = rest.partition("/")
    host, port = _host_and_port(place, usual)
    host = _LOOPBACK.get(host, host)
    name = f"[{host}]" if ":" in host else host
    path = path.strip("/")
    return f"{scheme}://{name}:{port}{f'/{path}' if path else ''}/v1"


def _host_and_port(place: str, usual: str) -> tuple[str, str]:
    bare = place.strip("[]")
    try:
        return str(ipaddress.ip_address(bare)), usual
    except ValueError:
        host, colon, port = place.rpartition(":")
    if not colon:
        return place, usual
    return host.removeprefix("[").removesuffix("]"), port if _is_port(port) else usual


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 9 and int(text) <= 65535
