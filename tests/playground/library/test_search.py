"""Search: whatever was stored is found by its words, in any script, on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from playground.library.hits import hits_in
from playground.library.selection import Selection
from playground.library.shelf import page_of
from playground.sessions.segments import segmented
from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import new_id
from playground.teams.owner import MACHINE_OWNER, Owner
from tests.turns import conversation, turn

TEXTS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40
)


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def everyone(store_url: str) -> Iterator[Store]:
    """An empty store."""
    everyone = Store(store_url)
    yield everyone
    everyone.close()


@pytest.fixture
def store(everyone: Store) -> OwnerStore:
    """The empty store, as the user of this machine has it."""
    return everyone.of(MACHINE_OWNER)


def put(store: OwnerStore, *texts: str, name: str = "", title: str = "A title") -> str:
    """Store a session whose turns ask and answer these texts; returns its id."""
    name = name or new_id()
    turns = [
        turn(f"{name}-{place}", conversation_id=name, message="Well?", text=text)
        for place, text in enumerate(texts)
    ]
    store.put([conversation(*turns, id=name, title=title)])
    return name


def found(store: OwnerStore, query: str) -> set[str]:
    """The ids of the sessions that are found, those on the first page."""
    return {each.session.id for each in page_of(store, Selection(query=query)).sessions}


def snippets(store: OwnerStore, query: str) -> list[tuple[str, str]]:
    """By turn, what is marked in each snippet."""
    page = page_of(store, Selection(query=query))
    shown = hits_in(store, page.sessions, query).values()
    return [
        (each.turn_id, "|".join(piece.text for piece in each.pieces if piece.hit))
        for hits in shown
        for each in hits.snippets
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(TEXTS)
@example("天气")
@example("l'été — c'est \\ 'ça'")
@example("\0 nul \0")
@example("ﷺ ½ ℡")
def test_what_was_stored_is_found_by_each_of_its_words(store: OwnerStore, text: str) -> None:
    name = put(store, text)
    for word in segmented(text).split():
        page = page_of(store, Selection(query=word, ids=(name,)))
        assert [each.session.id for each in page.sessions] == [name]
    whole = page_of(store, Selection(query=f'"{segmented(text)}"', ids=(name,)))
    assert len(whole.sessions) == bool(segmented(text))


def test_two_chinese_characters_find_where_they_stand_side_by_side(store: OwnerStore) -> None:
    here = put(store, "今天北京的天气很好。", name="here")
    put(store, "京都在北方。")
    assert found(store, "北京") == {here}
    assert found(store, "北京的天气") == {here}
    assert found(store, "京") >= {here}
    assert snippets(store, "北京") == [("here-0", "北京")]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("สวัสดีครับ ยินดีที่ได้รู้จัก", "ยินดี"),
        ("នៅ​ភ្នំពេញ", "ភ្នំ"),
        ("كَيْفَ حَالُكَ", "كيف"),
        ("서울에서 만나요", "서울"),
        ("東京タワー", "ﾀﾜｰ"),
        ("La facturación", "FACTURACION"),
        ("Straßenbahn", "strasse"),
        ("यह हिन्दी है", "हिन्दी"),
    ],
)
def test_every_script_is_found_as_people_type_it(store: OwnerStore, text: str, query: str) -> None:
    name = put(store, text)
    put(store, "Something else")
    assert found(store, query) == {name}


def test_three_letters_find_longer_words_and_two_do_not(store: OwnerStore) -> None:
    name = put(store, "An appointment")
    assert found(store, "app") == {name}
    assert found(store, "ap") == set()


def test_all_words_are_wanted_and_phrases_in_their_order(store: OwnerStore) -> None:
    one, other = put(store, "red apples and green pears"), put(store, "green apples")
    assert found(store, "green apples") == {one, other}
    assert found(store, '"green apples"') == {other}
    assert found(store, "apples oranges") == set()


def test_titles_and_tags_are_found_and_follow_their_changes(store: OwnerStore) -> None:
    name = put(store, "Text", title="Holiday plans")
    store.tag([name], ["Sunshine"])
    assert found(store, "holiday") == found(store, "sunshine") == {name}
    store.save_title(name, "Winter plans")
    store.tag([name], remove=["Sunshine"])
    assert found(store, "holiday") == found(store, "sunshine") == set()
    assert found(store, "winter") == {name}


def test_an_answer_is_found_once_it_is_over_and_its_message_at_once(store: OwnerStore) -> None:
    running = turn("t1", message="Question", text="Half a", status="running")
    store.save_turn(running)
    assert found(store, "question") == {"c"}
    whole = running.answer.model_copy(update={"text": "The whole answer"})
    store.checkpoint(running.model_copy(update={"answer": whole}))
    store.save_turn(running.model_copy(update={"answer": whole, "status": "done"}))
    assert found(store, "whole") == {"c"}
    assert found(store, "half") == set()


def test_a_megabyte_is_found_to_its_end(store: OwnerStore) -> None:
    words = [f"word{number}" for number in range(100_000)]
    name = put(store, " ".join(words))
    assert found(store, "word99999") == found(store, '"word3999 word4000"') == {name}


def test_a_hit_leads_to_its_turn_and_the_others_are_counted(store: OwnerStore) -> None:
    name = put(store, *["Needle here."] * 5, "Hay.", name="n")
    page = page_of(store, Selection(query="needle"))
    hits = hits_in(store, page.sessions, "needle")[name]
    assert [each.turn_id for each in hits.snippets] == ["n-0", "n-1", "n-2"]
    assert hits.more == 2


def test_nothing_of_another_owner_is_found(everyone: Store, store: OwnerStore) -> None:
    put(everyone.of(Owner("ann")), "Secret plans", title="Secret")
    assert found(store, "secret") == set()
    assert page_of(store, Selection(query="secret")).count == 0


def test_a_deleted_session_is_found_no_more_and_one_in_the_bin_only_there(
    store: OwnerStore,
) -> None:
    name = put(store, "Gone soon")
    store.bin([name])
    assert found(store, "gone") == set()
    assert len(page_of(store, Selection(query="gone", place="bin")).sessions) == 1
    store.delete(name)
    assert page_of(store, Selection(query="gone", place="bin")).sessions == ()
    again = put(store, "Another")
    assert found(store, "another") == {again}


@pytest.mark.parametrize("query", ["'", '"', "a' & | !", "NOT AND OR", "col:x*", "\0", "(" * 50])
def test_nothing_that_is_typed_is_taken_for_the_databases_language(
    store: OwnerStore, query: str
) -> None:
    put(store, "Nothing of that")
    page_of(store, Selection(query=query))
