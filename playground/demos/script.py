"""A demo script: a short session that plays by itself, as a YAML file anybody can write. Pure.

    title: A provider outage day
    description: One line for the list.
    turns:
      - message: What is on the record?
        intent: {language: en, vertical: healthcare, optimise_for: accuracy, region: global}
        allowed: [openai, "anthropic:claude-3-5-haiku"]
        faults:
          - {target: openai, kind: down}
        caption:
          before: What to look at, before the message is sent.
          after: "What happened: {served} answered after {ttft}."
          failed_over: Said in its place where the turn failed over from {failed}.
        reply: What the demo fleet says; nobody else heeds it.
        pause: 2
    closing: "Said at the end: {turns} turns, {failovers} failovers."

Only title, turns, and each turn's message are needed. Faults hold until a later turn has others, or
``faults: clear``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import (
    AfterValidator,
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
)

from playground.demos.demo_yaml import Document, YamlError, read_yaml
from playground.sessions.turns import TurnSettings
from speko_client.models import (
    Fault,
    FaultKind,
    FaultSeconds,
    Language,
    OptimizeFor,
    Region,
    Share,
    Vertical,
)

CAPTION_WORDS: Final = frozenset({"served", "provider", "failed", "ttft", "total", "failovers"})
CLOSING_WORDS: Final = frozenset({"turns", "answered", "providers", "failovers"})
"""The words in braces that a caption, and the closing line, may hold; see ``demo_captions``."""

_BRACES = re.compile(r"\{([^{}]*)\}")
_TOLD_AT_ONCE: Final = 5


class DemoScriptError(ValueError):
    """A script cannot be played; ``message`` names the file, the lines, and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def _checked_words(text: str, known: frozenset[str]) -> str:
    for word in _BRACES.findall(text):
        if word not in known:
            allowed = ", ".join(f"{{{each}}}" for each in sorted(known))
            raise ValueError(f"{{{word}}} means nothing here; there are {allowed}")
    return text


def _caption(text: str) -> str:
    return _checked_words(text, CAPTION_WORDS)


def _closing(text: str) -> str:
    return _checked_words(text, CLOSING_WORDS)


def _faults(given: Any) -> Any:
    if isinstance(given, str):
        if given != "clear":
            raise ValueError("write “clear”, or a list of faults: “- {target: openai, kind: down}”")
        return ()
    return given


_Short = Annotated[str, Field(min_length=1, max_length=80)]
_Line = Annotated[str, Field(max_length=300)]
_Caption = Annotated[str, Field(max_length=280), AfterValidator(_caption)]
_Closing = Annotated[str, Field(max_length=280), AfterValidator(_closing)]
_Message = Annotated[str, Field(min_length=1, max_length=1_000)]
_Reply = Annotated[str, Field(min_length=1, max_length=2_000)]
_Entry = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\s,]+$")]
_Seconds = Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class DemoIntent(_Part):
    """What the router chooses by, as in a turn's settings."""

    language: Language = "en"
    vertical: Vertical = "general"
    optimise_for: OptimizeFor = Field(
        default="balanced", validation_alias=AliasChoices("optimise_for", "optimize_for")
    )
    region: Region | None = None


class DemoFault(_Part):
    """A fault of the drill; see ``speko_client.models.Fault``."""

    target: _Entry
    kind: FaultKind = "down"
    seconds: FaultSeconds | None = None
    rate: Share | None = None

    def fault(self) -> Fault:
        """As it travels."""
        return Fault(target=self.target, kind=self.kind, seconds=self.seconds, rate=self.rate)


class DemoCaption(_Part):
    """What to look at, before the message is sent and after the answer.

    ``failed_over`` is said in place of ``after`` where the first choice did not answer.
    """

    before: _Caption = ""
    after: _Caption = ""
    failed_over: _Caption = ""


class DemoTurn(_Part):
    """One message, and all that goes along with it. ``pause``: more seconds after the answer.

    ``faults`` None: those of the turn before go on; none at all (``clear``): they end here.
    """

    message: _Message
    intent: DemoIntent = DemoIntent()
    allowed: Annotated[tuple[_Entry, ...], Field(max_length=50)] = ()
    faults: (
        Annotated[tuple[DemoFault, ...], Field(max_length=20), BeforeValidator(_faults)] | None
    ) = None
    caption: DemoCaption = DemoCaption()
    reply: _Reply | None = None
    pause: _Seconds = 0.0


class DemoScript(_Part):
    """A session to play."""

    title: _Short
    description: _Line = ""
    turns: Annotated[tuple[DemoTurn, ...], Field(min_length=1, max_length=30)]
    closing: _Closing = ""

    def faults_at(self, place: int) -> tuple[Fault, ...]:
        """The faults in force at turn ``place``, from 0: the latest that were set up to there."""
        for turn in reversed(self.turns[: place + 1]):
            if turn.faults is not None:
                return tuple(each.fault() for each in turn.faults)
        return ()

    def settings_at(self, place: int, *, drills: bool) -> TurnSettings:
        """What turn ``place`` is sent with; without its faults where the server takes no drills."""
        turn = self.turns[place]
        return TurnSettings(
            language=turn.intent.language,
            vertical=turn.intent.vertical,
            optimize_for=turn.intent.optimise_for,
            region=turn.intent.region,
            allowed=turn.allowed,
            drill=self.faults_at(place) if drills else (),
            reply=turn.reply,
        )

    @field_validator("turns", mode="before")
    @classmethod
    def _a_list(cls, turns: Any) -> Any:
        if isinstance(turns, Mapping):
            raise ValueError("the turns must be a list: begin each with “- message:”")
        return turns


def parse_script(content: bytes, name: str) -> DemoScript:
    """The script in a file's content; ``name`` is what errors call it. Raises DemoScriptError."""
    try:
        document = read_yaml(content)
    except YamlError as error:
        raise DemoScriptError(f"{_place(name, error.line)}: {error.message}") from None
    if not isinstance(document.values, dict):
        raise DemoScriptError(f"{name}: a script begins with “title: ...”, then “turns:”.")
    try:
        return DemoScript.model_validate(_without_empty(document.values))
    except ValidationError as error:
        raise DemoScriptError(_told(error, document, name)) from None


def _without_empty(values: Any) -> Any:
    # ``reply:`` with nothing behind it means that there is none.
    if isinstance(values, dict):
        return {key: _without_empty(each) for key, each in values.items() if each != ""}
    return [_without_empty(each) for each in values] if isinstance(values, list) else values


def _told(error: ValidationError, document: Document, name: str) -> str:
    found = [problem["loc"] for problem in error.errors(include_url=False)]
    lines = []
    for problem in error.errors(include_url=False):
        path = problem["loc"]
        # A list that holds something wrong is called empty too, as far as pydantic got.
        if not any(other[: len(path)] == path for other in found if other != path):
            where = _place(name, document.line_of(path))
            empty = problem["type"] == "missing" and path in document.lines
            told = _EMPTY if empty else _problem(problem)
            lines.append(f"{where}: {_field(path)}{told}.")
    more = len(lines) - _TOLD_AT_ONCE
    rest = [f"... and {more} more."] if more > 0 else []
    return "\n".join(lines[:_TOLD_AT_ONCE] + rest)


def _place(name: str, line: int | None) -> str:
    return f"{name}, line {line}" if line else name


def _field(path: tuple[str | int, ...]) -> str:
    words: list[str] = []
    for part in path:
        if isinstance(part, int):
            words[-1:] = [f"{words[-1].removesuffix('s') if words else 'entry'} {part + 1}"]
        else:
            words.append(str(part))
    return ", ".join(words)


def _problem(problem: Any) -> str:
    context = problem.get("ctx", {})
    match problem["type"]:
        case "missing":
            return " is missing; add it"
        case "extra_forbidden":
            return " is no field of a script; check its spelling, or remove it"
        case "literal_error":
            return f" must be {context['expected']}, not “{problem['input']}”"
        case "string_too_long" | "too_long":
            return f" is too long: {context['max_length']} is the most"
        case "string_too_short" | "too_short":
            return _EMPTY
        case "string_pattern_mismatch":
            return f" cannot be “{problem['input']}”; {_PATTERNS.get(problem['loc'][-1], _ENTRY)}"
        case "tuple_type":
            return " must be a list: begin each entry with “- ”"
        case "model_type":
            return " must have fields: “name: value”"
        case "string_type":
            return " must be text; put one that begins with { or [ in quotes"
        case "float_type":
            return " must be a number"
        case "float_parsing" | "finite_number":
            return f" must be a number, not “{problem['input']}”"
        case "greater_than":
            return f" must be more than {context['gt']:g}, not “{problem['input']}”"
        case "greater_than_equal":
            return f" must be {context['ge']:g} or more, not “{problem['input']}”"
        case "less_than_equal":
            return f" must be {context['le']:g} at most, not “{problem['input']}”"
        case "value_error":
            return f": {context['error']}"
        case _:
            return f": {problem['msg'][:1].lower()}{problem['msg'][1:]}"


_EMPTY: Final = " is empty; write something or remove it"
_ENTRY: Final = "write vendor, or vendor:model"
_PATTERNS: Final[Mapping[str | int, str]] = {"language": "write a tag such as en or es-MX"}
