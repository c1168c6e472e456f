"""A provider looks the same everywhere, and can be told from the others without its colour."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.look import palette

KNOWN = [
    "openai",
    "anthropic",
    "google",
    "xai",
    "groq",
    "mistral",
    "deepseek",
    "together",
    "fireworks",
    "cerebras",
    "openrouter",
    "ollama",
    "lmstudio",
    "vllm",
    "llamacpp",
    "local",
    "custom",
]
BACKGROUNDS = {False: ("#FFFFFF", "#F4F5F8"), True: ("#0E1117", "#12141B", "#1D202A", "#22262F")}


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio, 1 to 21."""
    low, high = sorted((palette.luminance(one), palette.luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("provider", [*KNOWN, "", "acme", "somebody-else"])
def test_colours_stand_out_from_every_background(provider: str, dark: bool) -> None:
    colour = palette.colour(provider, dark)
    assert min(contrast(colour, background) for background in BACKGROUNDS[dark]) >= 3
    assert contrast(colour, palette.ink(provider, dark)) >= 4.5


def test_known_vendors_differ_without_their_colour() -> None:
    assert len({palette.look_of(provider).symbol for provider in KNOWN}) == len(KNOWN)
    assert len({palette.glyph(provider) for provider in KNOWN}) == len(KNOWN)
    assert len({(palette.colour(p), palette.look_of(p).pattern) for p in KNOWN}) == len(KNOWN)


def test_the_demo_fleet_differs_in_every_cue() -> None:
    fleet = ("openai", "anthropic", "google", "xai", "local")
    looks = [palette.look_of(provider) for provider in fleet]
    assert len({palette.colour(provider) for provider in fleet}) == len(fleet)
    assert len({look.symbol for look in looks}) == len(fleet)
    assert len({look.pattern for look in looks}) == len(fleet)
    assert len({look.glyph for look in looks}) == len(fleet)


def test_nobody_looks_like_no_vendor() -> None:
    looks = {(palette.colour(p), palette.look_of(p).symbol) for p in KNOWN}
    assert (palette.colour(palette.NOBODY), palette.look_of(palette.NOBODY).symbol) not in looks


def test_names_are_the_vendors_own() -> None:
    assert palette.display_name("openai") == "OpenAI"
    assert palette.display_name("OPENAI") == "OpenAI"
    assert palette.display_name("xai") == "xAI"
    assert palette.display_name("acme-cloud") == "acme-cloud"
    assert palette.label("openai", "gpt-4o") == "OpenAI gpt-4o"
    assert palette.label("local", None) == "Local"


def test_an_unknown_vendor_looks_the_same_in_another_process() -> None:
    program = "from playground.look.palette import *; print(colour('acme'), look_of('acme').symbol)"
    told = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == [palette.colour("acme"), palette.look_of("acme").symbol]


@given(st.text())
def test_any_name_has_a_look(name: str) -> None:
    assert palette.colour(name).startswith("#")
    assert palette.colour(name) == palette.colour(name.upper().lower() if name.isascii() else name)
    assert palette.look_of(name).symbol
    assert 1 <= len(palette.glyph(name)) <= 3
