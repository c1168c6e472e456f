"""Named what-ifs in the store: kept, renamed, deleted, and plain errors where that fails."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, inspect

from playground.routing import saved_what_ifs as saved
from playground.sessions.database import StoreError, migrate
from playground.sessions.migrations import STEPS, step_1_conversations_and_turns
from playground.sessions.store import OwnerStore
from speko_client.models import AxisWeights, FigureEdit, WhatIf
from tests.playground.stores import opened

CHEAP = WhatIf(
    name="Cheap",
    weights={"balanced": AxisWeights(accuracy=0.2, latency=0.1, cost=0.7)},
    edits=[FigureEdit(provider="openai", model="gpt-4o", language="es", cost=1.5)],
    without=["xai:grok-2"],
)


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


def names(store: OwnerStore) -> list[str]:
    """The saved names, as listed."""
    return [each.what_if.name for each in saved.saved_what_ifs(store)]


def test_what_is_saved_is_found_again_whole(store: OwnerStore, store_url: str) -> None:
    saved.save_what_if(store, CHEAP)
    other = opened(store_url)
    assert [each.what_if for each in saved.saved_what_ifs(other)] == [CHEAP]
    other.database.close()


@settings(max_examples=25)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_any_name_is_kept_as_it_is(name: str) -> None:
    with TemporaryDirectory() as folder:
        store = opened(f"sqlite:///{folder}/playground.db")
        saved.save_what_if(store, CHEAP.model_copy(update={"name": name}))
        assert names(store) == [name]
        store.database.close()


def test_the_newest_comes_first_and_a_name_is_taken_once(store: OwnerStore) -> None:
    first = saved.save_what_if(store, CHEAP)
    saved.save_what_if(store, CHEAP.model_copy(update={"name": "Other"}))
    assert names(store) == ["Other", "Cheap"]
    with pytest.raises(StoreError, match="named “Cheap” is saved already"):
        saved.save_what_if(store, CHEAP)
    with pytest.raises(StoreError, match="named “Other” is saved already"):
        saved.rename_what_if(store, first, "Other")
    saved.rename_what_if(store, first, "Cheap")
    saved.rename_what_if(store, first, "Cheaper")
    assert names(store) == ["Other", "Cheaper"]
    saved.delete_what_if(store, first.id)
    saved.delete_what_if(store, first.id)
    assert names(store) == ["Other"]


def test_a_list_nobody_could_read_is_not_begun(
    store: OwnerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saved, "MOST", 1)
    saved.save_what_if(store, CHEAP)
    with pytest.raises(StoreError, match="1 what-ifs are saved, the most"):
        saved.save_what_if(store, CHEAP.model_copy(update={"name": "Other"}))


def test_one_that_cannot_be_understood_hides_no_other(store: OwnerStore) -> None:
    broken = saved.save_what_if(store, CHEAP.model_copy(update={"name": "Broken"}))
    saved.save_what_if(store, CHEAP)
    mine = saved.WHAT_IFS.c.id == broken.id
    with store.database.write() as transaction:
        transaction.execute(sa.update(saved.WHAT_IFS).where(mine).values(body='{"without": 3}'))
    assert names(store) == ["Cheap"]


@pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
def test_a_locked_store_names_the_cause(store: OwnerStore, store_file: Path) -> None:
    saved.save_what_if(store, CHEAP)
    with closing(sqlite3.connect(store_file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked by another program"):
            saved.delete_what_if(store, "any")
        other.rollback()


def test_the_second_step_adds_the_table_and_nothing_else(store_url: str, store_file: Path) -> None:
    store_file.parent.mkdir()
    engine = create_engine(store_url)
    with engine.begin() as connection:
        migrate(connection, "it", [step_1_conversations_and_turns])
        before = set(inspect(connection).get_table_names())
        migrate(connection, "it", STEPS[:2])
        assert set(inspect(connection).get_table_names()) - before == {saved.WHAT_IFS.name}
        migrate(connection, "it")
        made = {each["name"] for each in inspect(connection).get_columns(saved.WHAT_IFS.name)}
        assert made == {column.name for column in saved.WHAT_IFS.columns}
    engine.dispose()


def test_what_could_not_be_read_again_is_not_saved(store: OwnerStore) -> None:
    saved.save_what_if(store, CHEAP)
    many = [FigureEdit(provider="openai", model=f"m{each}", cost=1.0) for each in range(201)]
    with pytest.raises(StoreError, match="200 figures"):
        saved.save_what_if(store, CHEAP.model_copy(update={"name": "Much", "edits": many}))
    assert names(store) == ["Cheap"]
