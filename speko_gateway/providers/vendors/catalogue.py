"""The live vendors, one row each, and what single models of theirs take, by the model's name.

A vendor is data until it needs behaviour: a new OpenAI-compatible one is one more row in
``data/vendors.json`` (docs/adding-a-vendor.md). Model ids and dates are the vendors' own, as
published in November 2026; the ids of the ``published`` scores snapshot are listed with the current
ones.

Vendors refuse a whole request for one parameter that a model does not know. Such a parameter is
left out or changed to the nearest value, and a note says so. These rules are the vendors' own too
(their API references and error answers); the first pattern that fits decides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from functools import lru_cache
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter

from speko_client.base_urls import DialectName
from speko_client.models import ReasoningEffort
from speko_gateway.routing.scores import DATA_FOLDER

MAX_TOKENS, MAX_COMPLETION_TOKENS = "max_tokens", "max_completion_tokens"
"""The two names of the cap on an answer's tokens."""

EFFORTS: tuple[ReasoningEffort, ...] = (
    *("none", "minimal", "low", "medium", "high", "xhigh", "max"),
)


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor.

    ``base_url`` is what the path of the dialect is put behind; ``SPEKO_<ID>_BASE_URL`` overrides
    it. ``key_env`` are the variables a key is looked for in, best first. ``models`` are the ids
    offered without asking the vendor. ``retired`` gives the day from which the vendor refuses a
    model, past or to come. The rest is for the ``openai`` dialect:

    - ``max_tokens_field``: what it calls the cap on the answer's tokens
    - ``usage_option``: whether it takes ``stream_options``; without, it sends the usage unasked
    - ``strict_turns``: whether its chat templates insist on one system message and alternating
      roles that end with the user
    - ``short_call_ids``: whether ids of tool calls must be nine letters or digits
    - ``efforts``: the reasoning efforts it takes for any model; see ``Traits`` for the models'
    """

    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid"}

    id: str
    name: str
    dialect: DialectName
    base_url: str
    key_env: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    needs_key: bool = True
    retired: Mapping[str, date] = field(default_factory=dict)
    max_tokens_field: str = MAX_TOKENS
    usage_option: bool = True
    strict_turns: bool = False
    short_call_ids: bool = False
    efforts: tuple[ReasoningEffort, ...] = ()

    @property
    def env_prefix(self) -> str:
        """What this vendor's own variables begin with: ``SPEKO_OPENAI``."""
        return "SPEKO_" + self.id.upper().replace("-", "_")


def compatible(vendor_id: str, name: str, base_url: str) -> Vendor:
    """A row for any OpenAI-compatible server: nothing is taken for granted but the wire."""
    return Vendor(
        id=vendor_id,
        name=name,
        dialect="openai",
        base_url=base_url,
        needs_key=False,
        strict_turns=True,
        efforts=("low", "medium", "high"),
    )


def read_vendors(content: bytes) -> Mapping[str, Vendor]:
    """The vendors of a JSON list of rows, by id."""
    return {row.id: row for row in TypeAdapter(tuple[Vendor, ...]).validate_json(content)}


VENDORS = read_vendors((DATA_FOLDER / "vendors.json").read_bytes())


class Sampling(Enum):
    """When a model takes a temperature."""

    FREE = auto()
    FIXED = auto()
    WITHOUT_REASONING = auto()
    """Only where the effort ``none`` is asked for."""
    UNLESS_REASONING = auto()
    """Also where no effort is asked for: the model does not reason by itself."""


@dataclass(frozen=True, slots=True)
class Traits:
    """One family of models of the ``openai`` dialect. No efforts: the vendor's row decides.

    ``tools_silence_reasoning``: chat completions take tools only with the effort ``none``.
    """

    pattern: re.Pattern[str]
    efforts: tuple[ReasoningEffort, ...] = ()
    sampling: Sampling = Sampling.FREE
    tools_silence_reasoning: bool = False


def _traits(
    pattern: str,
    efforts: str,
    sampling: Sampling = Sampling.FREE,
    *,
    tools_silence_reasoning: bool = False,
) -> Traits:
    known = tuple(effort for effort in EFFORTS if effort in efforts.split())
    return Traits(re.compile(pattern), known, sampling, tools_silence_reasoning)


_FAMILIES = (
    _traits(r"gpt-6-astra|gpt-6\.1", "low medium high xhigh", Sampling.FIXED),
    _traits(
        r"gpt-6|gpt-5\.[6-9]",
        "none low medium high xhigh",
        Sampling.WITHOUT_REASONING,
        tools_silence_reasoning=True,
    ),
    _traits(r"gpt-5[\d.]*-chat", ""),
    _traits(r"gpt-5\.5", "none low medium high xhigh", Sampling.WITHOUT_REASONING),
    _traits(r"gpt-5\.[2-4]", "none low medium high xhigh", Sampling.UNLESS_REASONING),
    _traits(r"gpt-5\.1", "none low medium high", Sampling.UNLESS_REASONING),
    _traits(r"gpt-5-pro", "high", Sampling.FIXED),
    _traits(r"gpt-5", "minimal low medium high", Sampling.FIXED),
    _traits(r"o\d", "low medium high", Sampling.FIXED),
    _traits(r"gpt-oss", "low medium high"),
    _traits(r"grok-3-mini", "low high"),
    _traits(r"grok-4\.3", "none low medium high"),
    _traits(r"grok-4\.[5-9]", "low medium high"),
    _traits(r"mistral-(small|medium)", "none high"),
)
_UNKNOWN = Traits(re.compile(""))


_CAPS_COMPLETION = re.compile(r"gpt-[5-9]|o\d\b")
"""OpenAI's models that reason: their cap counts the reasoning too, so it has the newer name."""
_OWNER = re.compile(r".*\b(azure|openai)[-_.:]")


def traits_of(model: str) -> Traits:
    """The family of ``model``; whose it is (``openai/gpt-5``, ``azure.gpt-5``) does not count."""
    name = _bare_name(model)
    return next((family for family in _FAMILIES if family.pattern.match(name)), _UNKNOWN)


def max_tokens_field(vendor: Vendor, model: str) -> str:
    """What the cap on the answer's tokens is called; the model decides, wherever it is served."""
    newer = _CAPS_COMPLETION.match(_bare_name(model))
    return MAX_COMPLETION_TOKENS if newer else vendor.max_tokens_field


@lru_cache(maxsize=256)
def _bare_name(model: str) -> str:
    name = _OWNER.sub("", model.lower().rsplit("/", 1)[-1])
    return f"gpt-{name[3:]}" if name[3:4].isdecimal() and name.startswith("gpt") else name


def nearest_effort(
    asked: ReasoningEffort, known: tuple[ReasoningEffort, ...]
) -> ReasoningEffort | None:
    """The weakest known effort that is at least what was asked, else the strongest there is."""
    enough = (effort for effort in known if EFFORTS.index(effort) >= EFFORTS.index(asked))
    return next(enough, known[-1] if known else None)


def effort_note(model: str, asked: str, sent: str | None) -> str:
    """The note where ``sent`` is not what was ``asked``."""
    if sent is None:
        return f"{model} takes no reasoning effort; it was left out."
    return f"{model} does not know the reasoning effort {asked}; {sent} was asked for instead."


def temperature_note(model: str) -> str:
    """The note where the temperature was left out."""
    return f"{model} takes no temperature here; it was left out."
