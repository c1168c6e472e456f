"""Samples of what models write, each with the HTML that it becomes.

After a change that is meant, write them anew and read the difference:
``python -m tests.answer_samples``. Those whose name begins with ``partial`` are still arriving.
"""

from __future__ import annotations

from pathlib import Path

from playground.look.answer_html import answer_html
from playground.look.growing_answer import growing_html

SAMPLES = sorted((Path(__file__).parent / "playground" / "answers").glob("*.md"))


def sample_text(sample: Path) -> str:
    """What the model wrote, byte by byte."""
    return sample.read_bytes().decode()


def is_partial(sample: Path) -> bool:
    """Whether it is an answer in mid-stream."""
    return sample.stem.startswith("partial")


def made_html(sample: Path) -> str:
    """What it becomes now."""
    return (growing_html if is_partial(sample) else answer_html)(sample_text(sample))


def expected_html(sample: Path) -> str:
    """What it should become."""
    return sample.with_suffix(".html").read_bytes().decode()


if __name__ == "__main__":
    for each in SAMPLES:
        each.with_suffix(".html").write_bytes(made_html(each).encode())
