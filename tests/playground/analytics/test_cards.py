"""What holds for every card of the list, and that the list is all a new card has to be added to."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from playground.analytics.card import Card
from playground.analytics.cards import ONE_A_ROW, TWO_A_ROW, CardOf
from playground.look.safe_text import csv_bytes
from playground.sessions.turns import Turn
from tests.any_turns import sessions
from tests.playground.analytics.test_charts import SESSION, THEMES

CARDS = (*TWO_A_ROW, *ONE_A_ROW)
FOLDER = Path(__file__).parents[3] / "playground" / "analytics"


def module_name(card_of: CardOf) -> str:
    """The file that makes the card, without its ending."""
    return card_of.__module__.rsplit(".", 1)[-1]


def defines_card(path: Path) -> bool:
    """Whether the module has a function ``card``."""
    top = ast.parse(path.read_text()).body
    return any(isinstance(node, ast.FunctionDef) and node.name == "card" for node in top)


def siblings_imported(path: Path) -> set[str]:
    """The modules of this package that the file imports."""
    nodes = ast.walk(ast.parse(path.read_text()))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    names = {f"{node.module}.{alias.name}" for node in imports for alias in node.names}
    ours = (name.split(".") for name in names if name.startswith("playground.analytics."))
    return {parts[2] for parts in ours}


def test_every_module_with_a_card_is_in_the_list() -> None:
    modules = {path.stem for path in FOLDER.glob("*.py") if defines_card(path)}
    assert modules == {module_name(card_of) for card_of in CARDS}


@pytest.mark.parametrize("card_of", CARDS, ids=module_name)
def test_a_card_is_named_in_the_list_and_nowhere_else(card_of: CardOf) -> None:
    users = [
        path for path in FOLDER.glob("*.py") if module_name(card_of) in siblings_imported(path)
    ]
    assert [path.name for path in users] == ["cards.py"]


def test_no_two_cards_share_a_key_or_a_title() -> None:
    cards = [card_of(SESSION) for card_of in CARDS]
    assert len({card.key for card in cards}) == len({card.title for card in cards}) == len(CARDS)


@settings(max_examples=10)
@given(sessions(repeats=30).filter(bool), st.sampled_from(THEMES))
@pytest.mark.parametrize("card_of", CARDS, ids=module_name)
def test_any_session_makes_a_card(card_of: CardOf, turns: list[Turn], theme: str) -> None:
    card: Card = card_of(turns)
    assert set(card.headings) <= set(card.rows.columns)
    assert csv_bytes(card.rows)
    if card.empty:
        assert card.empty.endswith(".")
        return
    assert card.caption.endswith(".")
    drawn = card.draw("dark" if theme == "dark" else "light")
    assert json.loads(drawn.to_json())["layout"]["height"] > 0
