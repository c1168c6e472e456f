"""promptfoo's prompts and providers as arms of ours; what has no counterpart says so. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from playground.suites.promptfoo_asserts import plain_text, refuse_code
from playground.suites.suite import SuiteError

_FILE_NAME: Final = re.compile(
    r"[^\s{}]+\.(?:txt|json|jsonl|ya?ml|md|j2|py|js|ts|mjs|cjs|csv|xlsx)"
)
_NUNJUCKS: Final = re.compile(r"\{%|\{#|\{\{(?!\s*[A-Za-z_$][\w$]*\s*\}\})")
_OTHERS: Final = (
    "exec python javascript http https ws wss websocket webhook file package browser mcp promptfoo "
    "echo sequence manual-input golang ruby simulated-user"
)
_NO_MODELS: Final = frozenset(_OTHERS.split())
_WAYS: Final = frozenset(("chat", "completion", "messages", "responses"))
_SETTINGS: Final = {
    "temperature": "temperature",
    "max_tokens": "max_tokens",
    "max_completion_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "maxTokens": "max_tokens",
}
_ROLES: Final = ("system", "user", "assistant")


class Prompt(NamedTuple):
    """One prompt: what it is called, its system prompt and its messages, the user's last."""

    name: str
    system: str
    messages: tuple[dict[str, str], ...]


class Provider(NamedTuple):
    """One provider that is asked: its name, whom it pins, its settings, and what is left out."""

    name: str
    pin: str
    settings: dict[str, Any]
    left_out: tuple[str, ...]


def prompt_of(value: Any) -> Prompt:
    """A prompt: a text, chat messages as JSON, or either with a label. Raises SuiteError."""
    label = ""
    if isinstance(value, dict) and not isinstance(value.get("content"), str):
        label = plain_text(value.get("label") or value.get("id"))
        value = value.get("raw", value.get("id"))
    if isinstance(value, list):
        return _chat(value, label)
    if not isinstance(value, str) or not value.strip():
        raise SuiteError("a prompt is a text or chat messages")
    refuse_code(value)
    if _FILE_NAME.fullmatch(value.strip()):
        raise SuiteError(
            f"“{value.strip()[:60]}” is a file, and is not read; write the prompt here"
        )
    chat = _as_json(value)
    if isinstance(chat, list) and chat and isinstance(chat[0], dict) and "role" in chat[0]:
        return _chat(chat, label)
    refuse_nunjucks(value)
    return Prompt(label, "", ({"role": "user", "content": value},))


def refuse_nunjucks(text: str) -> None:
    """Raises SuiteError for a template that is more than names in braces."""
    if found := _NUNJUCKS.search(text):
        shown = " ".join(text[found.start() : found.start() + 50].split())
        raise SuiteError(f"“{shown}” is computed by Nunjucks; only {{{{name}}}} is filled here")


def provider_of(value: Any) -> Provider:
    """Whom an entry of ``providers`` asks. Raises SuiteError."""
    if isinstance(value, dict) and "id" not in value and len(value) == 1:
        name, options = next(iter(value.items()))
        value = {**(options if isinstance(options, dict) else {}), "id": name}
    options = value if isinstance(value, dict) else {}
    named = plain_text(options.get("id") if options else value).strip()
    refuse_code(named)
    vendor, *rest = named.split(":")
    vendor = vendor.lower()
    if vendor in _NO_MODELS or not rest:
        raise SuiteError(f"the provider “{named[:60]}” is no model of a vendor")
    model = ":".join(rest[1:] if rest[0] in _WAYS and len(rest) > 1 else rest)
    if not model or rest[0] in ("assistant", "embedding", "embeddings", "image", "realtime"):
        raise SuiteError(f"the provider “{named[:60]}” is no model that answers in text")
    settings, unread = _settings(options.get("config"))
    unread += [name for name in options if name not in ("id", "label", "config")]
    return Provider(
        plain_text(options.get("label")) or f"{vendor}:{model}",
        f"{vendor}:{model}",
        settings,
        tuple(f"{name} is not carried over" for name in unread),
    )


def _settings(config: Any) -> tuple[dict[str, Any], list[str]]:
    given: Mapping[str, Any] = config if isinstance(config, dict) else {}
    settings = {_SETTINGS[name]: plain_text(given[name]) for name in given if name in _SETTINGS}
    return settings, [f"config.{name}" for name in given if name not in _SETTINGS]


def _chat(messages: list[Any], name: str) -> Prompt:
    said: list[dict[str, str]] = []
    for message in messages:
        role = message.get("role") if isinstance(message, dict) else None
        if role == "developer":
            role = "system"
        content = message.get("content") if isinstance(message, dict) else None
        if role not in _ROLES or not isinstance(content, str):
            raise SuiteError("a chat message has a role (system, user, assistant) and a text")
        refuse_code(content)
        refuse_nunjucks(content)
        said.append({"role": str(role), "content": content})
    system = "\n\n".join(each["content"] for each in said if each["role"] == "system")
    rest = tuple(each for each in said if each["role"] != "system")
    if not rest or rest[-1]["role"] != "user":
        raise SuiteError("its last message must be the user's")
    return Prompt(name, system, rest)


def _as_json(text: str) -> Any:
    if text.lstrip()[:1] != "[":
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
