"""Turns what a person typed into a connection's form into credentials, or refuses it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import SecretStr

from playground.servers.address_guard import NotUsableError, Resolve, checked_address, resolved
from playground.servers.connection import connections_header
from playground.servers.server_choice import OtherServer, ServerChoice
from speko_client.models import MAX_CONNECTIONS_BYTES, VendorCredentials

MOST_MODELS = 100
"""Models of one server that can be offered to the router."""
OFFERED_AT_FIRST = 20
"""Models of a server's own list that are offered where the person named none."""

_SENDABLE = re.compile(r"[\x21-\x7e]{1,4096}")
_NO_CHAT = re.compile(r"embed|rerank|whisper|tts|moderation|dall-e|image", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Typed:
    """A form's fields, empty where the form lacks them. ``models`` are separated by commas."""

    name: str = ""
    base_url: str = ""
    key: SecretStr | None = None
    models: str = ""
    takes_vertical: bool = False


def usable_key(typed: Typed) -> SecretStr:
    """The key, where one was typed. Raises NotUsableError."""
    key = usable_key_if_any(typed)
    if key is None:
        raise NotUsableError("Paste the key first.")
    return key


def usable_key_if_any(typed: Typed) -> SecretStr | None:
    """The key, None where none was typed. Raises NotUsableError for one that cannot be sent."""
    if typed.key is not None and not _SENDABLE.fullmatch(typed.key.get_secret_value()):
        raise NotUsableError("This has characters that no key has. Copy the key again.")
    return typed.key


def credentials(
    typed: Typed, *, needs_key: bool, private_allowed: bool, resolve: Resolve = resolved
) -> VendorCredentials:
    """A vendor's credentials. Raises NotUsableError."""
    key = usable_key(typed) if needs_key else usable_key_if_any(typed)
    url = typed.base_url and checked_address(
        typed.base_url, private_allowed=private_allowed, resolve=resolve
    )
    models = dict.fromkeys(part.strip() for part in usable_models(typed.models.split(",")))
    return VendorCredentials(
        key=key,
        base_url=url or None,
        name=typed.name or None,
        models=list(models)[:MOST_MODELS] or None,
    )


def server(typed: Typed, *, private_allowed: bool, resolve: Resolve = resolved) -> OtherServer:
    """Another Speko server. Raises NotUsableError."""
    url = checked_address(typed.base_url, private_allowed=private_allowed, resolve=resolve)
    return OtherServer(url, usable_key_if_any(typed), typed.takes_vertical)


def portable(choice: ServerChoice) -> ServerChoice:
    """``choice``, if it fits into one request. Raises NotUsableError where it does not."""
    if len(connections_header(choice.vendors, public_only=True)) > MAX_CONNECTIONS_BYTES:
        raise NotUsableError(
            "This is more than one request can carry. Offer fewer models, or forget a "
            "connection first."
        )
    return choice


def usable_models(listed: Iterable[str]) -> list[str]:
    """A server's own list without entries that are no model's id."""
    return [model for model in listed if model.strip() and model.isprintable()]


def first_offer(listed: tuple[str, ...]) -> list[str]:
    """The first models to offer of a server's own list: those that chat, as far as names say."""
    usable = usable_models(listed)
    chatting = [model for model in usable if not _NO_CHAT.search(model)]
    return (chatting or usable)[:OFFERED_AT_FIRST]
