"""Two answers of a message, word by word, on demand."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from playground.compare.difference_view import who
from playground.sessions.turns import TurnSettings
from tests.patience import PATIENCE
from tests.playground.compare.seated import asked

SCRIPT = """
from playground.compare.difference_view import difference_view
from playground.sessions.turns import Answer
from tests.playground.compare.seated import asked

def answered(seat, text, **given):
    return asked(seat, 1, 300.0, answer={"text": text, "provider": "openai"}, **given)

answers = {
    "three": [
        answered("c", "Nobody sat."),
        answered("b", "The dog sat."),
        answered("a", "The cat sat."),
    ],
    "equal": [answered("a", "The cat sat."), answered("b", "The cat sat.")],
    "one": [answered("a", "The cat sat."), asked("b", 1, answer={"text": ""})],
    "live": [answered("a", "The cat sat."), answered("b", "The", status="running")],
}
difference_view(answers[NAME])
"""


def page(name: str) -> AppTest:
    """The view alone, with these answers."""
    app = AppTest.from_string(f"NAME = {name!r}" + SCRIPT)
    app.run(timeout=PATIENCE)
    assert not app.exception
    return app


def unfolded(name: str) -> AppTest:
    """The view, opened."""
    app = page(name)
    app.session_state["difference-m1"] = True
    return app.run()


def html(app: AppTest) -> str:
    """What is drawn of them."""
    return " ".join(str(each.proto.body) for each in app.get("html"))


def test_nothing_is_compared_before_it_is_asked_for() -> None:
    app = page("three")
    assert len(app.expander) == 1
    assert not html(app)


def test_two_answers_are_compared_and_others_can_be_chosen() -> None:
    app = unfolded("three")
    assert "<del>cat </del><ins>dog </ins>" in html(app)
    app.selectbox(key="difference-1-m1").set_value("c1").run()
    assert "<ins>Nobody </ins>" in html(app)


def test_an_answer_beside_itself_is_said() -> None:
    app = unfolded("three")
    app.selectbox(key="difference-1-m1").set_value("a1").run()
    assert app.info[0].value.startswith("This is one and the same answer.")
    assert not html(app)


def test_equal_answers_are_said_to_be_equal() -> None:
    app = unfolded("equal")
    assert app.info[0].value == "Both say the same, word for word."


@pytest.mark.parametrize("name", ["one", "live"])
def test_with_fewer_than_two_whole_texts_there_is_nothing_to_compare(name: str) -> None:
    assert not page(name).expander


def test_a_seat_that_was_asked_again_says_which_try() -> None:
    pinned = TurnSettings(allowed=("openai:gpt-4o",))
    answers = [
        asked("a", 1, 300.0),
        asked("b", 1, 300.0, settings=pinned),
        asked("b", 1, 300.0, settings=pinned, id="again"),
    ]
    assert [who(turn, answers) for turn in answers] == [
        "A Router",
        "B OpenAI gpt-4o, try 1",
        "B OpenAI gpt-4o, try 2",
    ]
