"""The list: what fits, in which order, page after page."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.library import shelf
from playground.library.selection import LABELS, MOST_IDS, Selection, as_text, from_text
from playground.library.shelf import choices, ids_of, page_of
from playground.sessions.store import OwnerStore, Store
from playground.sessions.turns import Answer, Conversation, TurnSettings
from playground.teams.owner import Owner
from tests.turns import conversation, failed, turn, used

BEGUN = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """The tests of this module run on both databases."""
    return str(request.getfixturevalue(f"{request.param}_url"))


def session(name: str, days: float = 0, **given: object) -> Conversation:
    """A session of one turn, last used so many days after ``BEGUN``."""
    answer = {"provider": "openai", "model": "gpt-4o", "kind": "live", **_given(given, "answer")}
    asked = turn(
        f"{name}1",
        conversation_id=name,
        answer=Answer(text=f"Answer {name}", **answer),
        settings=TurnSettings(**_given(given, "settings")),
        status=given.pop("status", "done"),
    )
    at = BEGUN + timedelta(days=days)
    return conversation(asked, id=name, updated_at=at, title=name, **given)


def _given(given: dict[str, object], name: str) -> dict[str, object]:
    found = given.pop(name, {})
    assert isinstance(found, dict)
    return found


def listed(store: OwnerStore, **selection: object) -> list[str]:
    """The ids of the first page, in order."""
    page = page_of(store, Selection(**selection))
    return [each.session.id for each in page.sessions]


def all_pages(store: OwnerStore) -> list[str]:
    """The ids of all pages, one after the other."""
    ids: list[str] = []
    key = None
    while True:
        page = page_of(store, Selection(), key)
        ids += [each.session.id for each in page.sessions]
        if (key := page.following) is None:
            return ids


@pytest.fixture
def varied(store: OwnerStore) -> OwnerStore:
    """Sessions that differ in one thing each."""
    attempts = (failed("openai", "gpt-4o"), failed("xai"))
    store.put(
        [
            session("plain"),
            session("google", 1, answer={"provider": "google", "model": "gemini"}),
            session("local", 2, answer={"kind": "local", "provider": "local"}),
            session("played", 3, answer={"kind": "simulated", "simulated": True}),
            session("arabic", 4, settings={"language": "ar", "vertical": "legal"}),
            session("cheap", 5, settings={"optimize_for": "cost"}),
            session("moved", 6, answer={"attempts": attempts, "failover_count": 1}),
            session("broken", 7, status="failed", answer={"provider": None, "model": None}),
            session("compared", 8, comparison='{"seats": []}'),
            session("brought", 9, origin="claude:1"),
            session("tagged", 10, tags=("work",)),
        ]
    )
    return store


@pytest.mark.parametrize(
    ("selection", "ids"),
    [
        ({"providers": ("google",)}, ["google"]),
        ({"providers": ("google", "local")}, ["local", "google"]),
        ({"models": ("gemini",)}, ["google"]),
        ({"kinds": ("local", "simulated")}, ["played", "local"]),
        ({"languages": ("ar",), "verticals": ("legal",)}, ["arabic"]),
        ({"languages": ("ar",), "verticals": ("general",)}, []),
        ({"presets": ("cost",)}, ["cheap"]),
        ({"marks": ("failovers",)}, ["moved"]),
        ({"marks": ("errors",)}, ["broken"]),
        ({"marks": ("compared",)}, ["compared"]),
        ({"marks": ("imported",)}, ["brought"]),
        ({"tags": ("work",)}, ["tagged"]),
        ({"since": date(2026, 5, 10)}, ["tagged", "brought"]),
        ({"until": date(2026, 5, 2)}, ["google", "plain"]),
        ({"since": date(2026, 5, 2), "until": date(2026, 5, 2)}, ["google"]),
        ({"ids": ("plain", "tagged", "nothing")}, ["tagged", "plain"]),
        ({"query": "answer", "tags": ("work",)}, ["tagged"]),
        ({"query": "google", "tags": ("work",)}, []),
    ],
)
def test_each_filter_keeps_what_fits(
    varied: OwnerStore, selection: dict[str, object], ids: list[str]
) -> None:
    assert listed(varied, **selection) == ids


def test_what_can_be_filtered_by_is_what_the_sessions_have(
    varied: OwnerStore, everyone: Store
) -> None:
    found = choices(varied)
    assert found["provider"] == ["google", "local", "openai"]
    assert found["kind"] == ["live", "local", "simulated"]
    assert {*found} == {*LABELS.values()}
    assert choices(everyone.of(Owner("ann"))) == {}


def test_sums_of_a_session_are_of_all_its_turns(store: OwnerStore) -> None:
    turns = [
        turn("t1", answer=Answer(text="a", usage=used(3, 4), cost_usd=0.1, provider="xai")),
        turn("t2", "t1", answer=Answer(text="b", usage=used(5, 6), provider="openai")),
        turn("t3", "t1", answer=Answer(text="c")),
    ]
    store.put([conversation(*turns)])
    (only,) = page_of(store, Selection()).sessions
    assert (only.session.tokens_in, only.session.tokens_out) == (8, 10)
    assert only.session.cost_usd == pytest.approx(0.1)
    assert only.providers == ("openai", "xai")


def test_pinned_ones_come_first_and_pages_follow_without_a_gap(
    store: OwnerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "PAGE", 3)
    # Several at the same moment, so that the key has to tell them apart.
    names = [f"s{number:02}" for number in range(11)]
    store.put(session(name, days=number // 3) for number, name in enumerate(names))
    store.pin(["s01", "s09", "s10"])
    ids = all_pages(store)
    assert sorted(ids) == names
    assert {*ids[:3]} == {"s01", "s09", "s10"}
    assert ids[3:] == sorted(ids[3:], reverse=True)
    assert ids_of(store, Selection(), 5) == ids[:5]


def test_a_session_that_comes_meanwhile_moves_nothing(
    store: OwnerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "PAGE", 2)
    store.put(session(f"s{number}", days=number) for number in range(5))
    first = page_of(store, Selection())
    store.put([session("new", days=99)])
    store.delete("s4")
    second = page_of(store, Selection(), first.following)
    assert [each.session.id for each in second.sessions] == ["s2", "s1"]


def test_more_than_so_many_are_not_counted(
    varied: OwnerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert page_of(varied, Selection()).count == 11
    monkeypatch.setattr(shelf, "MOST_COUNTED", 5)
    assert page_of(varied, Selection()).count == 6


def test_archive_and_bin_are_places_of_their_own(varied: OwnerStore) -> None:
    varied.archive(["plain", "google"])
    varied.bin(["google", "local"])
    assert listed(varied, place="archive") == ["plain"]
    assert listed(varied, place="bin") == ["local", "google"]
    assert "plain" not in listed(varied)


def test_a_session_judged_blind_is_known_as_one(store: OwnerStore) -> None:
    blind = '{"seats":[],"blind":true}'
    store.put([session("secret", comparison=blind)])
    (only,) = page_of(store, Selection()).sessions
    assert only.blind


@given(
    st.builds(
        Selection,
        query=st.text(max_size=20),
        providers=st.lists(st.text(max_size=5), max_size=3).map(tuple),
        marks=st.lists(st.sampled_from(["failovers", "imported"]), max_size=2).map(tuple),
        since=st.none() | st.dates(),
        ids=st.lists(st.text(max_size=5), max_size=3).map(tuple),
    )
)
def test_a_selection_is_the_same_after_its_url(selection: Selection) -> None:
    assert from_text(as_text(selection)) == selection


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"place":"attic"}', '{"ids":' + str(["x"] * (MOST_IDS + 1)) + "}"]
)
def test_a_url_that_names_no_sessions_is_told_from_one_that_does(text: str) -> None:
    assert from_text(text) is None
