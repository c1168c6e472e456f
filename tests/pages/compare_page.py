"""The Compare page as AppTest sees it: what a person does there, and where they look."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from streamlit.testing.v1 import AppTest

from playground.compare.seats import Comparison, messages, read
from playground.runtime import get_runtime
from playground.sessions.turns import Conversation, Turn
from playground.teams.owner import MACHINE_OWNER
from tests.patience import PATIENCE

UI = Path(__file__).parent.parent.parent / "playground" / "ui.py"
TWO = ["openai:gpt-6.1-sol", "xai:grok-4.7"]
_HEAD = re.compile(r'"compare-letter">(.)</span>.*?<h2>([^<]+)')


def page(name: str = "compare", **query: Any) -> AppTest:
    """A page at a deep link."""
    app = AppTest.from_file(str(UI), default_timeout=PATIENCE)
    for key, value in query.items():
        app.query_params[key] = value
    app.switch_page(f"../pages/{name}.py").run()
    assert not app.exception
    return app


def send(app: AppTest, message: str) -> None:
    """Type into the box and press Enter; all answers have come when this returns."""
    app.chat_input[0].set_value(message).run()
    assert not app.exception


def press(app: AppTest, key: str) -> None:
    """Press the button with this key."""
    next(each for each in app.button if each.key == key).click().run()
    assert not app.exception


def choose(app: AppTest, key: str, option: str) -> None:
    """Pick from a menu."""
    app.menu_button(key=key).set_value(option).run()
    assert not app.exception


def parameter(app: AppTest, name: str) -> list[str]:
    """What the URL says."""
    value = app.query_params.get(name, [])
    return [value] if isinstance(value, str) else list(value)


def stored(app: AppTest) -> Conversation:
    """The comparison in the URL, as the store has it."""
    conversation = get_runtime().store.of(MACHINE_OWNER).load(parameter(app, "c")[0])
    assert conversation is not None
    return conversation


def comparison(app: AppTest) -> Comparison:
    """The seats, as the store has them."""
    found = read(stored(app).comparison)
    assert found is not None
    return found


def answers(app: AppTest, message: int = -1) -> dict[str, Turn]:
    """The latest turn of each seat for one of the messages."""
    return {turn.seat or "": turn for turn in messages(stored(app).turns)[message]}


def html(app: AppTest) -> str:
    """All of the page's own HTML."""
    return " ".join(str(each.proto.body) for each in app.get("html"))


def heads(app: AppTest) -> list[str]:
    """Whose columns there are: ``A Router``."""
    return [f"{letter} {name}" for letter, name in _HEAD.findall(html(app))]


def captions(app: AppTest) -> list[str]:
    """The quiet lines."""
    return [str(each.value) for each in app.caption]


def draft(app: AppTest) -> str:
    """The text that went back into the box."""
    return (
        str(app.session_state["restore_draft"][1]) if "restore_draft" in app.session_state else ""
    )
