"""The page Sessions: what a person finds there, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from streamlit.testing.v1 import AppTest

from playground.library.shelf import PAGE
from playground.runtime import Runtime, get_runtime
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Answer
from playground.shares.shares import share, shared_page
from playground.teams.owner import MACHINE_OWNER, Owner
from tests.patience import PATIENCE
from tests.turns import NOON, answered, conversation, failed, turn, used

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """A playground with a data folder of its own."""
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path))
    runtime = get_runtime()
    yield runtime
    runtime.shutdown()


@pytest.fixture
def store(runtime: Runtime) -> OwnerStore:
    """Sessions of the person on the page: three, the last one the newest."""
    store = runtime.store.of(MACHINE_OWNER)
    put(store, "weather", "今天北京的天气很好。", provider="openai")
    put(store, "bakery", "Call it **Crumb** :tada:.", provider="google", tags=("work",))
    put(
        store,
        "lease",
        "Read it [twice](x).",
        provider="xai",
        attempts=(failed("openai"), answered("xai")),
    )
    return store


def put(store: OwnerStore, name: str, text: str, **given: object) -> None:
    """Store a session of two turns."""
    tags = given.pop("tags", ())
    answer = Answer(text=text, usage=used(10, 20), cost_usd=0.002, **given)
    turns = [
        turn(f"{name}1", conversation_id=name, message=f"About {name}", text="Well."),
        turn(f"{name}2", f"{name}1", conversation_id=name, answer=answer),
    ]
    at = NOON + timedelta(hours=len(store.recent(50)))
    store.put([conversation(*turns, id=name, tags=tags, updated_at=at, title=f"About {name}")])


def page(name: str = "sessions", **query: str) -> AppTest:
    """The page at a deep link."""
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    for key, value in query.items():
        app.query_params[key] = value
    app = app.switch_page(f"../pages/{name}.py").run()
    assert not app.exception
    return app


def titles(app: AppTest) -> list[str]:
    """The titles in the list, in order."""
    return [label for label, _ in links(app) if label.startswith(("About ", "Mine"))]


def links(app: AppTest) -> list[tuple[str, dict[str, list[str]]]]:
    """The page's links in its own part: labels, and where they lead."""
    found = [each.proto for each in app.get("page_link")]
    return [(each.label, parse_qs(each.query_string.lstrip("?"))) for each in found]


def html(app: AppTest) -> str:
    """All of the page's own HTML."""
    return " ".join(each.proto.body for each in app.get("html"))


def words(app: AppTest) -> str:
    """All that stands on the page as text."""
    parts = [*app.markdown, *app.info, *app.warning, *app.caption, *app.error]
    return " ".join(str(each.value) for each in parts)


def tick(app: AppTest, *names: str) -> AppTest:
    """Tick the boxes of these sessions."""
    for name in names:
        app.checkbox(key=f"pick-{name}").check()
    return app.run()


def choose(app: AppTest, name: str, way: str) -> AppTest:
    """Choose from a session's menu."""
    app.menu_button(key=f"menu-{name}").set_value(way).run()
    assert not app.exception
    return app


def test_all_sessions_are_listed_with_their_figures_newest_first(store: OwnerStore) -> None:
    app = page()
    assert titles(app) == ["About lease", "About bakery", "About weather"]
    assert "**3 sessions**" in words(app)
    shown = html(app)
    assert "2 turns" in shown
    assert "30 tokens" in shown
    assert "≈ $0.0020 estimated" in shown
    assert "Answered by Google" in shown
    assert "#work" in shown
    assert "1 failover" in shown


def test_words_are_found_marked_and_lead_to_their_turn(store: OwnerStore) -> None:
    app = page()
    app.text_input(key="search").input("北京").run()
    assert titles(app) == ["About weather"]
    ((label, query),) = [each for each in links(app) if "**" in each[0]]
    assert label == "今天**北京**的天气很好。" or label.endswith("今天**北京**的天气很好。")
    assert (query["c"], query["t"]) == (["weather"], ["weather2"])
    assert "**1 session found**" in words(app)


def test_a_snippet_is_shown_as_it_was_written(store: OwnerStore) -> None:
    app = page()
    app.text_input(key="search").input("crumb").run()
    (label,) = [label for label, _ in links(app) if "Crumb" in label]
    assert r"Call it \*\***Crumb**\*\* \:tada\:." in label


def test_filters_narrow_the_list_and_are_cleared_at_once(store: OwnerStore) -> None:
    app = page()
    app.multiselect(key="filter-providers").select("google").run()
    assert titles(app) == ["About bakery"]
    app.button(key="clear-filters").click().run()
    assert len(titles(app)) == 3
    app.pills(key="filter-marks").select("failovers").run()
    assert titles(app) == ["About lease"]


def test_where_nothing_fits_the_page_says_so(store: OwnerStore) -> None:
    app = page()
    app.text_input(key="search").input("zebra").run()
    assert "No session here has all of that" in words(app)
    app.text_input(key="search").input("?!").run()
    assert "Type a word or a number" in words(app)


@pytest.mark.parametrize(
    ("view", "says"),
    [
        ("all", "is kept here"),
        ("archive", "archive lie here"),
        ("bin", "deleted for good"),
        ("shared", "No session is shared by a link"),
    ],
)
@pytest.mark.usefixtures("runtime")
def test_an_empty_page_says_what_it_is_for(view: str, says: str) -> None:
    app = page(how=view)
    assert says in words(app)
    if view == "all":
        assert "Begin one in the chat" in [label for label, _ in links(app)]


def test_many_are_tagged_at_once(store: OwnerStore) -> None:
    app = tick(page(), "lease", "weather")
    assert "**2 sessions selected**" in words(app)
    store.tag(["bakery"], ["x"])
    desk_tag(app, "home, to read")
    for name in ("lease", "weather"):
        found = store.load(name)
        assert found is not None
        assert found.tags == ("home", "to read")
    assert "#to read" in html(app)


def desk_tag(app: AppTest, tags: str) -> None:
    """Type tags into the popover, which a browser opens first."""
    app.session_state["tag"] = True
    app.run()
    app.text_input(key="new-tags").input(tags).run()


def test_what_is_deleted_can_be_had_back(store: OwnerStore) -> None:
    app = tick(page(), "lease", "bakery")
    app.button(key="act-delete").click().run()
    assert titles(app) == ["About weather"]
    assert "2 sessions moved to the bin." in words(app)
    app.button(key="undo-delete").click().run()
    assert len(titles(app)) == 3


def test_the_bin_lists_restores_and_is_emptied_once_that_is_confirmed(store: OwnerStore) -> None:
    store.bin(["lease", "bakery"])
    app = page(how="bin")
    assert titles(app) == ["About lease", "About bakery"]
    app = choose(app, "lease", "Restore")
    assert titles(app) == ["About bakery"]
    app.button(key="act-empty-the-bin").click().run()
    app.button(key="empty-not").click().run()
    assert store.load("bakery") is not None
    app.button(key="act-empty-the-bin").click().run()
    app.button(key="empty-now").click().run()
    assert store.load("bakery") is None
    assert len(store.recent(9)) == 2


def test_one_is_renamed_in_place(store: OwnerStore) -> None:
    app = choose(page(), "lease", "Rename")
    app.text_input(key="title-lease").input("  About\n signing ").run()
    assert titles(app)[0] == "About signing"
    app.text_input(key="search").input("signing").run()
    assert titles(app) == ["About signing"]


def test_a_copy_is_a_session_of_its_own(store: OwnerStore) -> None:
    app = choose(page(), "weather", "Duplicate")
    assert titles(app)[0] == r"About weather \(copy\)"
    (copy_id,) = {each.id for each in store.recent(9)} - {"weather", "bakery", "lease"}
    copied, first = store.load(copy_id), store.load("weather")
    assert copied is not None
    assert first is not None
    assert [each.answer for each in copied.path()] == [each.answer for each in first.path()]
    assert not {each.id for each in copied.turns} & {each.id for each in first.turns}


def test_a_pinned_one_comes_first_and_an_archived_one_lies_aside(store: OwnerStore) -> None:
    app = choose(page(), "weather", "Pin")
    assert titles(app)[0] == "About weather"
    app = choose(app, "lease", "Archive")
    assert titles(app) == ["About weather", "About bakery"]
    assert titles(page(how="archive")) == ["About lease"]


def test_older_sessions_are_a_page_away(runtime: Runtime) -> None:
    store = runtime.store.of(MACHINE_OWNER)
    store.put(
        conversation(
            turn(f"n{number}", conversation_id=f"n{number}"),
            id=f"n{number}",
            title=f"Mine {number}",
            updated_at=NOON + timedelta(hours=number),
        )
        for number in range(PAGE + 2)
    )
    app = page()
    assert titles(app)[0] == f"Mine {PAGE + 1}"
    app.button(key="page-older").click().run()
    assert titles(app) == ["Mine 1", "Mine 0"]
    assert app.button(key="page-older").disabled
    app.button(key="page-newer").click().run()
    assert len(titles(app)) == PAGE


def test_nobody_elses_sessions_are_listed_or_found(runtime: Runtime) -> None:
    put(runtime.store.of(Owner("ann")), "secret", "A secret.")
    app = page()
    assert titles(app) == []
    app.text_input(key="search").input("secret").run()
    assert titles(app) == []


def test_charts_of_a_selection_count_its_turns_only(store: OwnerStore) -> None:
    app = tick(page(), "lease", "bakery")
    ((_, query),) = [each for each in links(app) if each[0] == "Charts of these"]
    charts = page("analytics", of=query["of"][0])
    assert "**2 sessions**" in words(charts)
    assert "Over time" in [each.value for each in charts.header]
    assert {each.label: each.value for each in charts.metric}["Turns"] == "4"


@pytest.mark.usefixtures("runtime")
def test_charts_of_nothing_say_so() -> None:
    assert "no finished turn" in words(page("analytics", of="{}"))
    assert "names no sessions" in words(page("analytics", of="nonsense"))


@pytest.mark.parametrize("name", ["chat", "analytics"])
def test_a_session_in_the_bin_says_so_where_it_is_opened(
    store: OwnerStore, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPEKO_SERVER", "speko")
    store.bin(["lease"])
    app = page(name, c="lease")
    assert "This session is in the bin" in words(app)
    app.button(key="restore-open").click().run()
    assert "in the bin" not in words(app)
    assert "lease" in [each.id for each in store.recent(9)]


def test_every_link_is_listed_and_can_be_revoked(store: OwnerStore) -> None:
    share(store, "lease", "About lease", "<p>Lease</p>", None)
    token = share(store, "weather", "About weather", "<p>Weather</p>", None)
    assert shared_page(store.database, token) is not None
    app = page(how="shared")
    assert "About lease" in words(app)
    assert "About weather" in words(app)
    (weather,) = (each for each in app.button if "About weather" in each.label)
    weather.click().run()
    assert "About weather" not in words(app)
    assert shared_page(store.database, token) is None
