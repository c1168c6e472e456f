"""What the environment says, read once into one frozen value.

A value comes from the process environment, else from the secrets file (which Streamlit puts into
the environment as well), else from ``.env``, under the same names (``SPEKO_API_KEY`` and so on). An
empty value counts as unset.
"""

from __future__ import annotations

import importlib.util
import tomllib
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from speko_client.addresses import AllowPrivate
from speko_client.models import FleetChoice
from speko_client.server import DEFAULT_BASE_URL, DEFAULT_TIMEOUT, Server

_PREFIX = "SPEKO_"
_SECRETS_FILES = (
    Path(".streamlit/secrets.toml"),
    Path("~/.streamlit/secrets.toml"),
)

_LEAST_SECRET = 32

KnownBy = Literal["auto", "machine", "cookie", "header", "oidc"]
"""How visitors are told apart. ``auto``: not at all on this machine alone, else by a cookie."""

Scores = Literal["auto", "published"]
"""What the embedded gateway ranks by. ``published`` are April 2026's figures, for the demo fleet
too, which then plays the eight models that have them."""


class SettingsError(ValueError):
    """A setting is unusable; the message names it and says how to correct it."""


class Settings(BaseSettings):
    """Every setting of the playground. ``data_dir`` holds the store and the models.

    ``api_key`` switches from the embedded gateway to a Speko server, ``base_url`` says to which;
    ``takes_vertical`` says that it takes the intent's vertical (the hosted service does not).
    ``fleet``, ``scores``, ``pace`` and ``model_path`` are for the embedded gateway.
    ``allow_private_urls`` says whether visitors may name private addresses: ``auto`` (where the
    playground itself is on loopback), ``true`` or ``false`` (see ``address_guard``).

    ``visitors`` says how visitors are told apart, ``trusted_user_header`` in which header the
    proxies at ``trusted_proxies`` name them, ``sign_out_url`` where one signs out there, and
    ``cookie_secret`` replaces the secret in ``data_dir`` where several processes share a store.
    ``shares`` says whether sessions can be read by links (``playground.shares``).
    ``retention_days``: sessions without a new turn for so long are deleted; None keeps them all.
    ``turns_per_hour`` of a visitor, ``usd_per_visitor`` and ``usd_per_day`` (all visitors) are the
    most on the host's own keys; 0 is no cap, and this machine's user has none.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        protected_namespaces=(),
    )

    api_key: SecretStr | None = None
    base_url: str | None = None
    takes_vertical: bool = False
    data_dir: Path = Field(default_factory=lambda: user_data_path("speko-playground"))
    database_url: str = ""
    fleet: FleetChoice = "auto"
    scores: Scores = "auto"
    pace: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    model_path: Path | None = None
    allow_private_urls: AllowPrivate = "auto"
    visitors: KnownBy = "auto"
    trusted_user_header: str = Field(default="", pattern=r"^[A-Za-z0-9-]*$")
    trusted_proxies: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    sign_out_url: str = Field(default="", pattern=r"^(https?://|/|$)")
    retention_days: int | None = Field(default=None, ge=1, le=36_500)
    cookie_secret: SecretStr | None = Field(default=None, min_length=_LEAST_SECRET)
    shares: bool = True
    turns_per_hour: int = Field(default=60, ge=0)
    usd_per_visitor: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    usd_per_day: float = Field(default=10.0, ge=0, allow_inf_nan=False)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first; what the caller passes is the secrets file."""
        return env_settings, init_settings, dotenv_settings

    @field_validator("allow_private_urls", mode="before")
    @classmethod
    def _in_words(cls, value: object) -> str:
        # TOML spells true and false as values.
        return str(value).strip().lower()

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        # In the environment a list is words with commas between them.
        return [each.strip() for each in value.split(",")] if isinstance(value, str) else value

    @field_validator("data_dir", "model_path")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        # The gateway is another process, and may run in another folder.
        return None if path is None else path.expanduser().absolute()

    @model_validator(mode="after")
    def _names_a_server(self) -> Self:
        if self.base_url and not self.api_key:
            raise ValueError("SPEKO_BASE_URL is set, so SPEKO_API_KEY must be set as well")
        if self.api_key:
            url = self.base_url or DEFAULT_BASE_URL
            Server.checked(self.api_key.get_secret_value(), url, DEFAULT_TIMEOUT)
        return self

    @model_validator(mode="after")
    def _names_its_proxies(self) -> Self:
        if self.known_by == "header" and not self.trusted_user_header:
            raise ValueError(
                "SPEKO_VISITORS is header, so SPEKO_TRUSTED_USER_HEADER must be set as well"
            )
        if self.trusted_user_header and not self.trusted_proxies:
            raise ValueError(
                "SPEKO_TRUSTED_USER_HEADER is set, so SPEKO_TRUSTED_PROXIES must name the "
                "addresses from which it is believed"
            )
        return self

    @property
    def known_by(self) -> KnownBy:
        """``visitors``; ``auto`` with a trusted header is ``header``."""
        return "header" if self.visitors == "auto" and self.trusted_user_header else self.visitors

    @property
    def store_url(self) -> str:
        """Where sessions are stored, as an SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{quote(str(self.data_dir / 'playground.db'))}"


def load_settings(secrets: Mapping[str, Any] | None = None) -> Settings:
    """The settings in force; ``secrets`` replaces the secrets files.

    Raises SettingsError where a value is unusable.
    """
    given = _secrets() if secrets is None else secrets
    fields = {
        name.removeprefix(_PREFIX).lower(): value
        for name, value in given.items()
        if name.startswith(_PREFIX)
    }
    if "auth" in given:
        fields.setdefault("visitors", "oidc")
    try:
        settings = Settings(**fields)
    except ValidationError as error:
        raise SettingsError(_problems(error)) from None
    if settings.visitors == "oidc":
        _check_sign_in(given)
    return settings


def _check_sign_in(given: Mapping[str, Any]) -> None:
    if "auth" not in given:
        raise SettingsError(
            "SPEKO_VISITORS is oidc, so .streamlit/secrets.toml must have an [auth] section."
        )
    if importlib.util.find_spec("authlib") is None:
        raise SettingsError(
            "Visitors sign in ([auth] in .streamlit/secrets.toml), and the library for that is not "
            "installed: pip install '.[auth]'. Or set SPEKO_VISITORS, for example to cookie."
        )


def _secrets() -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for path in reversed(_SECRETS_FILES):
        try:
            merged |= tomllib.loads(path.expanduser().read_text(encoding="utf-8"))
        except FileNotFoundError:
            continue
        except (OSError, ValueError):
            raise SettingsError(
                f"{path} cannot be read as TOML. Correct it or remove it."
            ) from None
    return merged


def _problems(error: ValidationError) -> str:
    problems = []
    for problem in error.errors(include_input=False, include_url=False):
        name = "".join(f"{_PREFIX}{part}".upper() for part in problem["loc"][:1])
        text = problem["msg"].removeprefix("Value error, ")
        problems.append(f"{name}: {text}" if name else text)
    return "; ".join(problems) + ". Correct it in the environment, .env or the secrets file."
