"""The import on its page: what would come, the choice, what became of each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from playground.browser import url
from playground.runtime import get_runtime
from playground.sessions.store import OwnerStore
from playground.teams.owner import MACHINE_OWNER
from tests.patience import PATIENCE
from tests.playground.imports.exports_of_others import (
    as_json,
    chatgpt,
    chatgpt_branched,
    claude,
    node,
)

SCRIPT = """
from playground.imports.imports_view import import_panel
from playground.runtime import get_runtime
import_panel(get_runtime())
"""

HTML = "<b>bold</b> [link](https://example.org) $1"
EXPORT = as_json(
    chatgpt_branched(title=HTML), chatgpt(node("a", "a", "user", "x"), title="Circle"), claude()
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnerStore]:
    """The store of this machine's user, empty."""
    get_runtime().shutdown()
    monkeypatch.setenv("SPEKO_DATA_DIR", str(tmp_path / "data"))
    yield get_runtime().store.of(MACHINE_OWNER)
    get_runtime().shutdown()


@pytest.fixture(autouse=True)
def links(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sessions that are linked to; the panel alone has no other pages to lead to."""
    linked: list[str] = []
    monkeypatch.setattr(url, "chat_link", lambda label, session: linked.append(session))
    return linked


def _chosen(name: str, data: bytes) -> AppTest:
    """The panel after a file was chosen and read."""
    app = AppTest.from_string(SCRIPT).run(timeout=PATIENCE)
    app.file_uploader[0].upload(name, data).run(timeout=PATIENCE)
    return _rested(app)


def _rested(app: AppTest) -> AppTest:
    assert app.session_state["import_job"].wait(PATIENCE)
    app.run(timeout=PATIENCE)
    assert not app.exception
    return app


def _texts(app: AppTest) -> str:
    groups = (app.markdown, app.info, app.warning, app.error, app.success, app.caption)
    return "\n".join(str(each.value) for group in groups for each in group)


def test_a_file_is_previewed_imported_and_found_again(store: OwnerStore, links: list[str]) -> None:
    app = _chosen("conversations.json", EXPORT)
    assert "2 conversations from ChatGPT, Claude, with 4 turns" in _texts(app)
    new, left_out = (each.value for each in app.dataframe)
    assert list(new["Title"]) == [HTML, "Two cities"]
    assert left_out.to_dict("records") == [
        {"Title": "Circle", "Why": "Its messages follow each other in a circle."}
    ]
    assert store.recent(9) == []
    app.button(key="import-store").click().run(timeout=PATIENCE)
    _rested(app)
    assert "2 conversations imported, with 4 turns." in _texts(app)
    stored = {each.id: each.title for each in store.recent(9)}
    assert {*stored.values()} == {HTML, "Two cities"}
    assert {*links} == {*stored}
    app.button(key="import-leave").click().run(timeout=PATIENCE)
    assert "You see what would come" in _texts(app)

    again = _chosen("conversations.json", EXPORT)
    assert "every conversation in this file was imported before" in _texts(again)
    assert [each.key for each in again.button] == ["import-leave"]


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("holiday.json", b'{"photos": []}', "There is no conversation in this file."),
        ("broken.zip", b"PK\x05\x06" + b"\0" * 18, "This ZIP has no JSON file."),
        ("half.json", EXPORT[:-3], "cut off"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_lets_one_choose_another(
    store: OwnerStore, name: str, data: bytes, sentence: str
) -> None:
    app = _chosen(name, data)
    assert sentence in _texts(app).replace("\\", "")
    app.button(key="import-leave").click().run(timeout=PATIENCE)
    assert len(app.file_uploader) == 1
    assert store.recent(9) == []
