"""A suite: cases, how an answer to each is checked, and the arms that are to answer them. Pure.

A suite file (YAML or JSON) holds one ``Suite``, and runs in the page and from the command line
alike. Names in ``{{...}}`` in a prompt, a message or a check are filled from the case's variables,
in one pass and without running anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from speko_client.models import Fault, Language, OptimizeFor, Vertical, WhatIf

MOST_CASES = 20_000
MOST_ARMS = 50
MOST_REPEATS = 100
MOST_VARIABLES = 200
MOST_SCHEMA_VALUES = 2_000
"""So many names and values a JSON schema may hold, and ``DEEPEST_SCHEMA`` levels of them."""
MOST_SCHEMA_LETTERS = 100_000
DEEPEST_SCHEMA = 60

Name = Annotated[str, Field(min_length=1, max_length=200)]
Text = Annotated[str, Field(max_length=200_000)]
Seconds = Annotated[float, Field(gt=0, le=3_600)]


Path = tuple[str | int, ...]
"""Where in a suite: ``("cases", 3, "checks", 0, "value")``."""


class SuiteError(ValueError):
    """A suite cannot be used as it is. Its words say where (``place``), why and what to do.

    ``path`` is set where a field of the suite is wrong; the place is then its names and numbers.
    """

    def __init__(self, problem: str, place: str = "", *, path: Path = ()) -> None:
        self.problem = problem
        self.path = path
        self.place = place or ".".join(str(part) for part in path)
        super().__init__(f"{self.place}: {problem}" if self.place else problem)

    def within(self, outer: str) -> SuiteError:
        """The same error with what the place is in before it."""
        place = f"{outer}, {self.place}" if self.place else outer
        return SuiteError(self.problem, place, path=self.path)


class _Part(BaseModel):
    # A number is a text too: YAML and JSON write ``value: 42`` where the answer is to be 42.
    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, coerce_numbers_to_str=True
    )


class Equals(_Part):
    """The whole answer is this text, white space at its ends aside; with ``negate``, it is not."""

    type: Literal["equals"] = "equals"
    value: Text
    ignore_case: bool = False
    negate: bool = False


class Contains(_Part):
    """The answer contains this text; with ``negate``, it does not."""

    type: Literal["contains"] = "contains"
    value: Annotated[Text, Field(min_length=1)]
    ignore_case: bool = True
    negate: bool = False


class ContainsAny(_Part):
    """The answer contains one of these texts at least; with ``negate``, none of them."""

    type: Literal["contains_any"] = "contains_any"
    value: Annotated[tuple[Annotated[Text, Field(min_length=1)], ...], Field(min_length=1)]
    ignore_case: bool = True
    negate: bool = False


class Matches(_Part):
    """The regular expression is found in the answer."""

    type: Literal["regex"] = "regex"
    value: Annotated[str, Field(min_length=1, max_length=2_000)]
    negate: bool = False


class HasSchema(_Part):
    """The answer (or the code block in it) is JSON that this JSON schema accepts."""

    type: Literal["json_schema"] = "json_schema"
    value: dict[str, Any]

    @field_validator("value", mode="after")
    @classmethod
    def _of_a_size(cls, value: dict[str, Any]) -> dict[str, Any]:
        waiting: list[tuple[Any, int]] = [(value, 1)]
        seen = letters = 0
        while waiting:
            each, depth = waiting.pop()
            seen += 1
            letters += len(each) if isinstance(each, str) else 0
            too_many = seen > MOST_SCHEMA_VALUES or letters > MOST_SCHEMA_LETTERS
            if too_many or depth > DEEPEST_SCHEMA:
                raise ValueError(
                    f"a schema has {MOST_SCHEMA_VALUES:,} names and values at most, "
                    f"{MOST_SCHEMA_LETTERS:,} characters and {DEEPEST_SCHEMA} levels"
                )
            if isinstance(each, dict):
                each = [*each, *each.values()]
            if isinstance(each, (list, tuple)):
                waiting += [(inner, depth + 1) for inner in each[: 2 * MOST_SCHEMA_VALUES]]
            elif not _is_storable(each):
                raise ValueError("a schema holds no endless number and no half of a character")
        return value


def _is_storable(value: Any) -> bool:
    """Whether JSON and a database can hold it."""
    if isinstance(value, float):
        return math.isfinite(value)
    return not (isinstance(value, str) and any("\ud800" <= each <= "\udfff" for each in value))


class NumberWithin(_Part):
    """The last number in the answer is ``value``, give or take ``tolerance``."""

    type: Literal["number"] = "number"
    value: float
    tolerance: Annotated[float, Field(ge=0)] = 0.0


class AtMost(_Part):
    """A figure of the answer is at most this.

    ``ttft`` and ``total`` are milliseconds, ``cost`` US$, ``tokens`` those of the completion.
    """

    type: Literal["ttft", "total", "cost", "tokens"]
    most: Annotated[float, Field(ge=0)]


class ProviderIn(_Part):
    """Who answered is in this set of ``vendor`` or ``vendor:model``."""

    type: Literal["provider_in"] = "provider_in"
    value: Annotated[tuple[Name, ...], Field(min_length=1, max_length=200)]


class FailoversAtMost(_Part):
    """So many candidates at most failed before the one that answered."""

    type: Literal["failovers"] = "failovers"
    most: Annotated[int, Field(ge=0)]


class PredictedServed(_Part):
    """The candidate that the router named beforehand is the one that answered."""

    type: Literal["predicted_served"] = "predicted_served"


class ExcludedBecause(_Part):
    """The router left this candidate out, for this reason (``FilteredOut.code``; None: for any)."""

    type: Literal["excluded"] = "excluded"
    value: Name
    code: Name | None = None


class Judged(_Part):
    """The judge finds the answer no worse than ``ideal`` (the case's own, where None)."""

    type: Literal["judge"] = "judge"
    ideal: Text | None = None
    criteria: Text = ""


Check = Annotated[
    Equals
    | Contains
    | ContainsAny
    | Matches
    | HasSchema
    | NumberWithin
    | AtMost
    | ProviderIn
    | FailoversAtMost
    | PredictedServed
    | ExcludedBecause
    | Judged,
    Field(discriminator="type"),
]


class Message(_Part):
    """One message of a case's conversation."""

    role: Literal["system", "user", "assistant"]
    content: Text


class Case(_Part):
    """One thing to ask. ``messages`` is a whole conversation, ending with the user.

    Without ``messages``, the suite's prompt is asked with this case's ``vars``; ``input`` is the
    variable that the default prompt is made of. ``ideal`` is an answer that would be right.
    """

    id: Name
    vars: Mapping[str, Text] = Field(default_factory=dict)
    messages: Annotated[tuple[Message, ...], Field(max_length=1_000)] = ()
    ideal: Text | None = None
    language: Language | None = None
    vertical: Vertical | None = None
    checks: Annotated[tuple[Check, ...], Field(max_length=100)] = ()
    tags: Annotated[tuple[Name, ...], Field(max_length=50)] = ()

    @field_validator("vars", mode="before")
    @classmethod
    def _few_variables(cls, value: Any) -> Any:
        # Pydantic would report every one of a million before it counts them.
        if isinstance(value, Mapping) and len(value) > MOST_VARIABLES:
            raise ValueError(f"there are {len(value):,} variables; {MOST_VARIABLES} is the most")
        return value

    @field_validator("messages")
    @classmethod
    def _ends_with_the_user(cls, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        if messages and messages[-1].role != "user":
            raise ValueError("the last message must be the user's: it is what will be answered")
        return messages


class Arm(_Part):
    """One way to answer; None or empty leaves what the suite says.

    Without a ``pin`` (``vendor`` or ``vendor:model``) the router chooses, by ``optimize_for``,
    ``what_if`` and ``scores`` (a snapshot's id). ``drill`` has faults for each of its calls.
    """

    id: Name
    name: Annotated[str, Field(max_length=200)] = ""
    optimize_for: OptimizeFor = "balanced"
    pin: Name | None = None
    allowed: Annotated[tuple[Name, ...], Field(max_length=200)] = ()
    scores: Name | None = None
    what_if: WhatIf | None = None
    drill: Annotated[tuple[Fault, ...], Field(max_length=100)] = ()
    prompt: Text | None = None
    system_prompt: Text | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = None

    @property
    def label(self) -> str:
        """What it is called: its name, else its id."""
        return self.name or self.id


class Judge(_Part):
    """Who judges, pinned as ``vendor:model``, and by what."""

    pin: Name
    criteria: Text = "Which answer is more correct, complete and helpful?"
    pairwise: bool = False


class Suite(_Part):
    """Cases, arms and checks. ``checks`` hold for each case, beside its own.

    ``baseline`` is the arm that the others are compared with, the first routed one where None.
    """

    name: Name
    description: Text = ""
    prompt: Text = "{{input}}"
    system_prompt: Text = ""
    language: Language = "en"
    vertical: Vertical = "general"
    temperature: Annotated[float, Field(ge=0, le=2)] | None = 0.0
    max_tokens: Annotated[int, Field(ge=1, le=1_000_000)] | None = 300
    cases: Annotated[tuple[Case, ...], Field(max_length=MOST_CASES)] = ()
    arms: Annotated[tuple[Arm, ...], Field(max_length=MOST_ARMS)] = ()
    checks: Annotated[tuple[Check, ...], Field(max_length=100)] = ()
    judge: Judge | None = None
    baseline: Name | None = None
    repeats: Annotated[int, Field(ge=1, le=MOST_REPEATS)] = 1
    max_cost_usd: Annotated[float, Field(ge=0)] | None = None

    @field_validator("cases", "arms")
    @classmethod
    def _ids_are_unique(
        cls, parts: tuple[Case, ...] | tuple[Arm, ...]
    ) -> tuple[Case, ...] | tuple[Arm, ...]:
        if twice := first_twice(each.id for each in parts):
            raise ValueError(f"the id “{twice}” is there twice; give each its own")
        return parts

    @model_validator(mode="after")
    def _baseline_is_an_arm(self) -> Self:
        if self.baseline is not None and self.baseline not in {arm.id for arm in self.arms}:
            raise ValueError(f"baseline “{self.baseline}” is the id of no arm")
        return self


def first_twice(ids: Iterable[str]) -> str | None:
    """The first of these that was there before, None where each is there once."""
    seen: set[str] = set()
    for each in ids:
        if each in seen:
            return each
        seen.add(each)
    return None
