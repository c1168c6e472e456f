"""The settings: where a value comes from, and what a bad one says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from playground.settings import Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder and home, and nothing set."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("SPEKO_DATA_DIR", raising=False)
    return tmp_path


def write_secrets(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_nothing_set_means_the_embedded_gateway_and_the_users_data_folder() -> None:
    settings = load_settings()
    assert settings.api_key is None
    assert settings.fleet == "auto"
    assert settings.data_dir.is_absolute()
    assert "speko-playground" in str(settings.data_dir)
    assert settings.store_url == f"sqlite:///{settings.data_dir / 'playground.db'}"


def test_the_environment_counts_before_the_secrets_file_before_dotenv(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_secrets(
        folder / ".streamlit" / "secrets.toml",
        'SPEKO_FLEET = "live"\nSPEKO_PACE = 0.25\n',
    )
    (folder / ".env").write_text("SPEKO_FLEET=demo\nSPEKO_PACE=0.5\nSPEKO_API_KEY=k-dotenv\n")
    monkeypatch.setenv("SPEKO_PACE", "0")
    settings = load_settings()
    assert settings.pace == 0
    assert settings.fleet == "live"
    assert settings.api_key is not None
    assert settings.api_key.get_secret_value() == "k-dotenv"


def test_the_folders_secrets_count_before_the_users(folder: Path) -> None:
    write_secrets(folder / "home" / ".streamlit" / "secrets.toml", 'SPEKO_FLEET = "live"')
    assert load_settings().fleet == "live"
    write_secrets(folder / ".streamlit" / "secrets.toml", 'SPEKO_FLEET = "demo"')
    assert load_settings().fleet == "demo"


def test_secrets_that_are_passed_replace_the_files(folder: Path) -> None:
    write_secrets(folder / ".streamlit" / "secrets.toml", 'SPEKO_FLEET = "live"')
    assert load_settings({"SPEKO_PACE": 2, "OPENAI_API_KEY": "k-other"}) == Settings(pace=2)


def test_an_empty_value_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEKO_API_KEY", "")
    monkeypatch.setenv("SPEKO_FLEET", "")
    assert load_settings() == Settings()


def test_paths_are_made_absolute(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEKO_DATA_DIR", "data")
    monkeypatch.setenv("SPEKO_MODEL_PATH", "~/model.gguf")
    settings = load_settings()
    assert settings.data_dir == folder / "data"
    assert settings.model_path == folder / "home" / "model.gguf"


def test_another_database_is_taken_by_url(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEKO_DATABASE_URL", "postgresql+psycopg://host/playground")
    assert load_settings().store_url == "postgresql+psycopg://host/playground"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SPEKO_FLEET", "all"),
        ("SPEKO_SCORES", "mine"),
        ("SPEKO_PACE", "-1"),
        ("SPEKO_PACE", "nan"),
        ("SPEKO_PACE", "fast"),
    ],
)
def test_a_bad_value_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}: .*Correct it"):
        load_settings()


def test_a_base_url_without_a_key_says_which_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEKO_BASE_URL", "https://speko.example")
    with pytest.raises(SettingsError, match="SPEKO_API_KEY must be set as well"):
        load_settings()


@pytest.mark.parametrize(
    ("url", "key"), [("speko.example", "k-1"), ("https://speko.example", "k 1"), ("", "k\n1")]
)
def test_an_unusable_server_is_told_without_the_key(
    url: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEKO_BASE_URL", url)
    monkeypatch.setenv("SPEKO_API_KEY", key)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert key not in str(caught.value)


def test_a_broken_secrets_file_is_named_and_not_quoted(folder: Path) -> None:
    write_secrets(folder / ".streamlit" / "secrets.toml", 'SPEKO_API_KEY = "k-half')
    with pytest.raises(SettingsError, match=r"secrets\.toml cannot be read as TOML") as caught:
        load_settings()
    assert "k-half" not in str(caught.value)


def test_the_key_is_not_in_the_repr(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPEKO_API_KEY", "k-hidden")
    assert "k-hidden" not in repr(load_settings())


@pytest.mark.parametrize(
    ("given", "known_by"),
    [
        ({}, "auto"),
        ({"SPEKO_VISITORS": "cookie"}, "cookie"),
        ({"SPEKO_TRUSTED_USER_HEADER": "X-User", "SPEKO_TRUSTED_PROXIES": "127.0.0.1"}, "header"),
        ({"auth": {"client_id": "c"}}, "oidc"),
        ({"auth": {"client_id": "c"}, "SPEKO_VISITORS": "machine"}, "machine"),
    ],
)
def test_visitors_are_known_by_what_is_set_up(given: dict[str, object], known_by: str) -> None:
    assert load_settings(given).known_by == known_by


@pytest.mark.parametrize("value", ["127.0.0.1, ::1,10.0.0.0/8", ["127.0.0.1", "::1", "10.0.0.0/8"]])
def test_proxies_are_addresses_and_networks(value: object) -> None:
    proxies = load_settings({"SPEKO_TRUSTED_PROXIES": value}).trusted_proxies
    assert [str(each) for each in proxies] == ["127.0.0.1/32", "::1/128", "10.0.0.0/8"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SPEKO_VISITORS": "nobody"}, "SPEKO_VISITORS"),
        ({"SPEKO_VISITORS": "header"}, "SPEKO_TRUSTED_USER_HEADER must be set"),
        ({"SPEKO_TRUSTED_USER_HEADER": "X-User"}, "SPEKO_TRUSTED_PROXIES must name"),
        ({"SPEKO_TRUSTED_USER_HEADER": "X User"}, "SPEKO_TRUSTED_USER_HEADER"),
        ({"SPEKO_TRUSTED_PROXIES": "proxy.example"}, "SPEKO_TRUSTED_PROXIES"),
        ({"SPEKO_TRUSTED_PROXIES": "10.0.0.1/8"}, "SPEKO_TRUSTED_PROXIES"),
        ({"SPEKO_SIGN_OUT_URL": "javascript:alert(1)"}, "SPEKO_SIGN_OUT_URL"),
        ({"SPEKO_COOKIE_SECRET": "short"}, "SPEKO_COOKIE_SECRET"),
        ({"SPEKO_TURNS_PER_HOUR": "-1"}, "SPEKO_TURNS_PER_HOUR"),
        ({"SPEKO_USD_PER_DAY": "nan"}, "SPEKO_USD_PER_DAY"),
        ({"SPEKO_VISITORS": "oidc"}, "[auth]"),
    ],
)
def test_a_setting_that_would_let_anybody_be_anybody_ends_the_start(
    given: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)) as caught:
        load_settings(given)
    assert "short" not in str(caught.value).replace("shorter", "")
