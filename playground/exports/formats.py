"""The formats in which sessions leave, and the file that each makes of one session or of many.

A format loads what it needs when a file is made: pages that only offer it stay quick.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from playground.exports.branches import title_of
from playground.sessions.turns import Conversation

_NO_NAME: Final = re.compile(r"[^\w-]+")
_LONGEST_NAME: Final = 40
_ZIP: Final = "application/zip"

Make = Callable[[Sequence[Conversation]], bytes]


@dataclass(frozen=True)
class Format:
    """``about`` says what is in the file. ``one`` makes the file of one session; ``many`` of many.

    Without ``many``, many sessions are a ZIP of files.
    """

    key: str
    label: str
    about: str
    ending: str
    mime: str
    one: Callable[[Conversation], bytes]
    many: Make | None = None

    def file(self, conversations: Sequence[Conversation]) -> bytes:
        """The file of these sessions."""
        if self.many is not None:
            return self.many(conversations)
        if len(conversations) == 1:
            return self.one(conversations[0])
        return _zipped(self, conversations)

    def file_name(self, name: str, count: int) -> str:
        """What the file of so many sessions is called; ``name`` is the title of one."""
        named = slug(name) if count == 1 else f"{count}-sessions"
        ending = self.ending if count == 1 or self.many else f"{self.key}.zip"
        return f"speko-{named}.{ending}"

    def mime_of(self, count: int) -> str:
        """The kind of the file of so many sessions."""
        return self.mime if count == 1 or self.many else _ZIP


def slug(title: str) -> str:
    """A title as a part of a file's name."""
    return _NO_NAME.sub("-", title.lower())[:_LONGEST_NAME].strip("-_") or "session"


def _zipped(form: Format, conversations: Sequence[Conversation]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, each in enumerate(conversations, start=1):
            name = f"{place:03}-{slug(title_of(each))}.{form.ending}"
            archive.writestr(name, form.one(each))
    return packed.getvalue()


def _of_one(make: Make) -> Callable[[Conversation], bytes]:
    return lambda conversation: make([conversation])


def _page(conversation: Conversation) -> bytes:
    from playground.exports.page import session_page

    return session_page(conversation)


def _markdown(conversation: Conversation) -> bytes:
    from playground.exports.markdown import session_markdown

    return session_markdown(conversation)


def _json(conversations: Sequence[Conversation]) -> bytes:
    from playground.exports.session_file import session_file

    return session_file(conversations)


def _csv(conversations: Sequence[Conversation]) -> bytes:
    from playground.exports.turns_csv import turns_csv

    return turns_csv(conversations)


def _messages(conversations: Sequence[Conversation]) -> bytes:
    from playground.exports.for_other_tools import messages_jsonl

    return messages_jsonl(conversations)


def _open_webui(conversations: Sequence[Conversation]) -> bytes:
    from playground.exports.for_other_tools import open_webui

    return open_webui(conversations)


PAGE: Final = Format(
    "html", "Web page", "To read, print and send; works offline.", "html", "text/html", _page
)
FORMATS: Final = (
    PAGE,
    Format("md", "Markdown", "Text with settings and receipts.", "md", "text/markdown", _markdown),
    Format(
        "json",
        "JSON",
        "Everything; can be imported again.",
        "json",
        "application/json",
        _of_one(_json),
        _json,
    ),
    Format("csv", "CSV", "A row for each turn.", "csv", "text/csv", _of_one(_csv), _csv),
    Format(
        "jsonl",
        "Messages",
        "JSON lines, as OpenAI has them.",
        "messages.jsonl",
        "application/jsonl",
        _of_one(_messages),
        _messages,
    ),
    Format(
        "openwebui",
        "Open WebUI",
        "Chats for its import.",
        "open-webui.json",
        "application/json",
        _of_one(_open_webui),
        _open_webui,
    ),
)
"""In the order in which they are offered."""
