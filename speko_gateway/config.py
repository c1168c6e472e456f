"""How one gateway process was asked to run, and its limits: how long and how often.

Each limit has a flag (``--limit-first-token``) and a variable (``SPEKO_LIMIT_FIRST_TOKEN``); the
flag wins. A limit that makes no sense stops the start with an error that names it: a gateway that
waits forever in silence is worse than one that does not start.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from speko_client.addresses import AllowPrivate, is_loopback
from speko_client.models import FleetChoice
from speko_gateway.errors import SetupError

KEY_VARIABLE = "SPEKO_GATEWAY_KEY"
PRIVATE_URLS_VARIABLE = "SPEKO_ALLOW_PRIVATE_URLS"
SCORES_FOLDER_VARIABLE = "SPEKO_SCORES_FOLDER"
DATA_FOLDER_VARIABLE = "SPEKO_DATA_DIR"
MODEL_LISTS_VARIABLE = "SPEKO_MODEL_LISTS"

WordsChoice = Literal["auto", "scripted"]

LONGEST = 86_400.0
"""Seconds; a day. Longer is a typing error."""
MOST_ATTEMPTS = 100
MOST_CONNECTIONS = 100_000


def _limit(default: float, help: str) -> Any:
    return field(default=default, metadata={"help": help, "most": None})


def _number(default: int, most: int, help: str) -> Any:
    return field(default=default, metadata={"help": help, "most": most})


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, in seconds, and how many.

    The last five are about callers, not vendors: their connections, and what they send and take.
    """

    connect: float = _limit(5.0, "seconds to reach a vendor, TLS included")
    first_token: float = _limit(20.0, "seconds a candidate may take to its first word")
    first_token_local: float = _limit(
        120.0, "the same for model servers of your own: they may have to load the model first"
    )
    whole: float = _limit(90.0, "seconds to an answer in one piece, for callers who do not stream")
    idle: float = _limit(20.0, "seconds of silence within an answer")
    answer: float = _limit(120.0, "seconds for one candidate's whole answer, loading not counted")
    deadline: float = _limit(300.0, "seconds for one request, all its attempts together")
    attempts: int = _number(10, MOST_ATTEMPTS, "most candidates tried for one request")
    head: float = _limit(10.0, "seconds for a request's line and headers")
    body: float = _limit(60.0, "seconds for a request's body")
    write: float = _limit(20.0, "seconds a caller may take nothing of what is sent")
    connections: int = _number(
        4096, MOST_CONNECTIONS, "most connections of all callers; fewer where descriptors are few"
    )
    address_connections: int = _number(1024, MOST_CONNECTIONS, "most connections of one address")

    @property
    def for_loading(self) -> Limits:
        """The limits of a server that may have to load its model before it says anything."""
        return _for_loading(self)


@lru_cache
def _for_loading(limits: Limits) -> Limits:
    more = max(0.0, limits.first_token_local - limits.first_token)
    return replace(limits, first_token=limits.first_token_local, whole=limits.whole + more)


class Setting(NamedTuple):
    """One limit as people set it."""

    field: str
    help: str
    default: float
    most: int | None
    """For a whole number; None for seconds."""

    @property
    def flag(self) -> str:
        """On the command line."""
        return f"--limit-{self.field.replace('_', '-')}"

    @property
    def destination(self) -> str:
        """The flag's name among the parsed ones."""
        return f"limit_{self.field}"

    @property
    def variable(self) -> str:
        """In the environment."""
        return f"SPEKO_LIMIT_{self.field.upper()}"


SETTINGS = tuple(
    Setting(each.name, each.metadata["help"], getattr(Limits(), each.name), each.metadata["most"])
    for each in fields(Limits)
)


def read_limits(flags: Mapping[str, str | None], environment: Mapping[str, str]) -> Limits:
    """The limits of these flags (by destination; None where not given) and this environment.

    Raises SetupError.
    """
    chosen: dict[str, float] = {}
    for setting in SETTINGS:
        given = flags.get(setting.destination)
        if given is not None:
            chosen[setting.field] = _value(setting, setting.flag, given)
        elif in_environment := environment.get(setting.variable, "").strip():
            chosen[setting.field] = _value(setting, setting.variable, in_environment)
    return Limits(**chosen)  # type: ignore[arg-type]  # some are whole, see _value


def _value(setting: Setting, name: str, text: str) -> float:
    most = setting.most
    value = _read_seconds(text) if most is None else _read_number(text, most)
    if value is None:
        wanted = (
            f"seconds above 0 and at most {LONGEST:g}"
            if most is None
            else f"a whole number from 1 to {most}"
        )
        raise SetupError(f"{name} is {text!r}. It takes {wanted}, such as {setting.default:g}.")
    return value


def _read_number(text: str, most: int) -> int | None:
    # isascii: isdecimal accepts other digits too, which nobody means.
    found = int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 0
    return found if 1 <= found <= most else None


def _read_seconds(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 < found <= LONGEST else None


@dataclass(frozen=True, slots=True)
class Config:
    """The choices of the command line. ``pace`` scales simulated waits; 0 is none.

    ``snapshot`` is the name of one that ships here, or a file's path. ``private_urls``: base URLs
    that come with a request may be private addresses.
    ``drills``: requests may have faults injected. ``scores_folder`` has snapshots of one's own.
    ``data_folder`` is where the gateway keeps what it has measured; None: nowhere. ``prices`` is
    the file of a price list of one's own. ``model_lists``: vendors are asked in the background
    which models they have.
    """

    fleet: FleetChoice = "auto"
    words: WordsChoice = "auto"
    pace: float = 1.0
    snapshot: str | None = None
    private_urls: bool = False
    drills: bool = False
    limits: Limits = field(default_factory=Limits)
    scores_folder: Path | None = None
    data_folder: Path | None = None
    prices: Path | None = None
    model_lists: bool = False


def model_lists_asked(flag: bool | None, environment: Mapping[str, str]) -> bool:
    """Whether vendors are asked for their lists of models; they are by default. SetupError."""
    setting = environment.get(MODEL_LISTS_VARIABLE, "").strip().lower() or "true"
    if setting not in ("true", "false"):
        raise SetupError(f"{MODEL_LISTS_VARIABLE} takes true or false.")
    return setting == "true" if flag is None else flag


def path_named(flag: str | None, variable: str, environment: Mapping[str, str]) -> Path | None:
    """The file or folder of this flag, or of this variable; None where neither names one."""
    named = (flag or environment.get(variable, "")).strip()
    return Path(named).expanduser() if named else None


@dataclass(frozen=True, slots=True)
class GatewayKey:
    """The bearer key; ``made`` says that none was set and this one is new."""

    value: str
    made: bool

    def __repr__(self) -> str:
        return "GatewayKey(***)"


def gateway_key(environment: Mapping[str, str]) -> GatewayKey:
    """The key from the environment, or a new random one."""
    if given := environment.get(KEY_VARIABLE, "").strip():
        return GatewayKey(given, made=False)
    return GatewayKey(secrets.token_urlsafe(24), made=True)


def private_urls_allowed(flag: bool, environment: Mapping[str, str], bound: str) -> bool:
    """Whether requests may bring private addresses, at a gateway bound to the address ``bound``.

    By default only where all callers are on this machine. Raises SetupError.
    """
    setting = environment.get(PRIVATE_URLS_VARIABLE, "").strip().lower() or "auto"
    if setting not in get_args(AllowPrivate):
        raise SetupError(f"{PRIVATE_URLS_VARIABLE} takes auto, true or false.")
    if flag or setting != "auto":
        return flag or setting == "true"
    return is_loopback(bound)


def drills_taken(flag: bool | None, bound: str) -> bool:
    """Whether requests may have faults injected, at a gateway bound to the address ``bound``.

    By default (no ``flag``) only where all callers are on this machine.
    """
    return is_loopback(bound) if flag is None else flag
