"""What a turn was sent with, as code to run again: curl, Python by two clients, TypeScript.

It is made of the very arguments that the turn was asked with, so that the same arrives. A key is
never among them; it comes from the environment.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import SecretStr

from playground.servers.connection import EMBEDDED, Connection, embedded, hosted, other
from playground.sessions.asking import call_arguments
from playground.sessions.turns import Turn
from speko_client.calls import EVENT_STREAM, complete_call
from speko_client.models import REASONING_HEADER
from speko_client.server import DEFAULT_BASE_URL

SERVE: Final = "python -m speko_gateway serve"
"""Starts the gateway at an address that stays; the playground's own is a new one each time."""

_SERVED_AT: Final = "http://127.0.0.1:8790"
_KEY, _URL = "SPEKO_API_KEY", "SPEKO_BASE_URL"
_OURS: Final = "x-speko-"
_INDENT: Final = "    "
_NEXT_LINE: Final = " \\\n  "
_END: Final = "END"
"""No line of the body is that: each begins with a bracket or with spaces."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request: its JSON ``body``, and the ``headers`` that only our gateway obeys.

    ``base_url`` is where it may go now; ``server`` is who was asked then.
    """

    body: Mapping[str, Any]
    headers: Mapping[str, str]
    base_url: str
    server: str


@dataclass(frozen=True, slots=True)
class Language:
    """One way to write it; ``syntax`` is what colours the text."""

    name: str
    syntax: str
    write: Callable[[Sent], str]


def sent(turn: Turn, history: Sequence[Turn], connection: Connection | None = None) -> Sent:
    """What went to the server for this turn, after ``history``.

    ``connection`` is the one in use now: it tells what that server takes, where it is the same.
    """
    asked = _asked(turn, connection)
    arguments = call_arguments(asked, history, turn.message, turn.settings)
    messages, intent = arguments.pop("messages"), arguments.pop("intent")
    call = complete_call(messages, intent, arguments, accept=EVENT_STREAM)  # type: ignore[arg-type]
    headers = {name: text for name, text in call.headers.items() if name.lower().startswith(_OURS)}
    return Sent(json.loads(call.body or b"{}"), headers, asked.base_url, turn.connection)


def curl(sent: Sent) -> str:
    """A shell command; the answer comes as events."""
    lines = [
        f'curl --no-buffer "${{{_URL}:-{sent.base_url}}}/v1/complete"',
        f'--header "Authorization: Bearer ${_KEY}"',
        '--header "Content-Type: application/json"',
        f'--header "Accept: {EVENT_STREAM}"',
        *(f"--header {shlex.quote(f'{name}: {text}')}" for name, text in sent.headers.items()),
        f"--data-binary @- << '{_END}'",
    ]
    # The body comes from standard input: a conversation can be longer than an argument may be.
    return f"{_commented('#', sent)}{_NEXT_LINE.join(lines)}\n{_json(sent.body)}\n{_END}\n"


def spekoai_python(sent: Sent) -> str:
    """Python with the official SDK, which has no vertical and no headers of one's own."""
    body = {name: value for name, value in sent.body.items() if name != "intent"}
    intent = {name: value for name, value in sent.body["intent"].items() if name != "vertical"}
    lost = ["the vertical"] if "vertical" in sent.body["intent"] else []
    lost += [f"the header {name}" for name in sent.headers if _stages(name)]
    note = f"# spekoai cannot send {' and '.join(lost)}.\n" if lost else ""
    call = _python("spekoai", {"intent": intent, **body}, sent)
    return f"{_commented('#', sent)}# pip install spekoai\n{note}{call}"


def speko_client_python(sent: Sent) -> str:
    """Python with the client that ships here."""
    headers = {name: text for name, text in sent.headers.items() if _stages(name)}
    reasoning = {"reasoning": True} if len(headers) < len(sent.headers) else {}
    more = {"extra_headers": headers} if headers else {}
    return _commented("#", sent) + _python("speko_client", {**sent.body, **reasoning, **more}, sent)


def typescript(sent: Sent) -> str:
    """TypeScript with the official SDK, which has no headers of one's own."""
    lost = [f"the header {name}" for name in sent.headers if _stages(name)]
    note = f"// @spekoai/sdk cannot send {' and '.join(lost)}.\n" if lost else ""
    return (
        f"{_commented('//', sent)}// npm install @spekoai/sdk\n{note}"
        'import { Speko } from "@spekoai/sdk";\n\n'
        "const speko = new Speko({\n"
        f'  apiKey: process.env.{_KEY} ?? "",\n'
        f"  baseUrl: process.env.{_URL} ?? {json.dumps(sent.base_url)},\n"
        "});\n"
        f"const answer = await speko.complete({_json(sent.body)});\n"
        "console.log(answer.provider, answer.model, answer.failoverCount);\n"
        "console.log(answer.text);\n"
    )


LANGUAGES: Final = (
    Language("curl", "bash", curl),
    Language("Python, spekoai", "python", spekoai_python),
    Language("Python, speko_client", "python", speko_client_python),
    Language("TypeScript", "typescript", typescript),
)


def _asked(turn: Turn, connection: Connection | None) -> Connection:
    """The server of that time, as far as it matters to what is sent; it has no key."""
    if turn.connection == EMBEDDED:
        return embedded(_SERVED_AT, "")
    if connection is not None and connection.name == turn.connection:
        return other(connection.base_url, None, takes_vertical=connection.takes_vertical)
    known = hosted(SecretStr(""))
    if turn.connection == known.name:
        return known
    return other(f"https://{turn.connection}", None, takes_vertical=True)


def _commented(mark: str, sent: Sent) -> str:
    """Where the key comes from, and what answers where the gateway of the playground did."""
    server = f"{_KEY} is the key of {sent.server}."
    if sent.server == EMBEDDED:
        server = f"The gateway, started by: SPEKO_GATEWAY_KEY=${_KEY} {SERVE}"
    elif sent.base_url == DEFAULT_BASE_URL:
        server = f"{_KEY} is your key of api.speko.dev."
    return f"{mark} {server}\n"


def _stages(header: str) -> bool:
    """Whether it changes the answer: the wish to see the model's reasoning does not."""
    return header != REASONING_HEADER


def _python(package: str, call: Mapping[str, Any], sent: Sent) -> str:
    order = ("messages", "intent")
    names = [*order, *(name for name in call if name not in order)]
    arguments = "".join(
        f"{_INDENT * 2}{_snake(name)}={_literal(_snaked(name, call[name]), 2)},\n" for name in names
    )
    return (
        f"import os\n\nfrom {package} import Speko\n\n"
        f'base_url = os.environ.get("{_URL}", {json.dumps(sent.base_url)})\n'
        f'with Speko(api_key=os.environ["{_KEY}"], base_url=base_url) as speko:\n'
        f"{_INDENT}answer = speko.complete(\n{arguments}{_INDENT})\n"
        "print(answer.provider, answer.model, answer.failover_count)\n"
        "print(answer.text)\n"
    )


def _snake(name: str) -> str:
    return "".join(f"_{each.lower()}" if each.isupper() else each for each in name)


def _snaked(name: str, value: Any) -> Any:
    """The intent's and the constraints' own names, as Python writes them."""
    if name not in ("intent", "constraints") or not isinstance(value, Mapping):
        return value
    return {_snake(key): _snaked("intent", each) for key, each in value.items()}


def _literal(value: Any, depth: int) -> str:
    """The value as Python writes it, one line per item where it holds others."""
    inner, end = _INDENT * (depth + 1), _INDENT * depth
    if isinstance(value, Mapping):
        if not any(isinstance(each, (Mapping, list)) for each in value.values()):
            rows = (f"{_text(key)}: {_literal(each, 0)}" for key, each in value.items())
            return f"{{{', '.join(rows)}}}"
        rows = (
            f"{inner}{_text(key)}: {_literal(each, depth + 1)},\n" for key, each in value.items()
        )
        return f"{{\n{''.join(rows)}{end}}}"
    if isinstance(value, list):
        rows = (f"{inner}{_literal(each, depth + 1)},\n" for each in value)
        return f"[\n{''.join(rows)}{end}]" if value else "[]"
    return _text(value) if isinstance(value, str) else repr(value)


def _text(value: str) -> str:
    """A string that Python reads as the same one, in double quotes where that needs no escape."""
    written = repr(value)
    return f'"{written[1:-1]}"' if written[0] == "'" and '"' not in value else written


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
