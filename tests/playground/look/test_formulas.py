"""Formulas are read where they are meant, and a hostile one harms nobody."""

from __future__ import annotations

import subprocess
import sys

import pytest

from playground.look.answer_html import answer_html

DEEP = """
import threading
from playground.look.answer_html import answer_html

def read():
    for unit in ("{", "x_{", "\\\\frac{", "\\\\sqrt[", "\\\\left(", "\\\\hat", "\\\\begin{matrix}"):
        for length in (1_900, 100_000):
            answer_html("$$\\n" + unit * (length // len(unit)) + "\\n$$")

threading.stack_size(2 * 1024 * 1024)
thread = threading.Thread(target=read)
thread.start()
thread.join()
"""


@pytest.mark.parametrize("formula", ["$$x^2$$", r"\(x\)", r"\[x = 1\]", "$$\nx\n$$", "\\[\nx\n\\]"])
def test_a_formula_is_drawn(formula: str) -> None:
    assert "data-math=" in answer_html(f"So\n{formula}")


@pytest.mark.parametrize(
    "text", ["$1, $2", "$x$", "($$), ($$)", "$$ and $$", "`$$x$$`", r"\[citation needed\]", "$$$$"]
)
def test_dollars_and_brackets_are_no_formula(text: str) -> None:
    assert "sp-formula" not in answer_html(text)


def test_a_formula_nested_without_end_crashes_nothing() -> None:
    subprocess.run([sys.executable, "-c", DEEP], check=True)
