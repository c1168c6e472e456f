"""The what-if's pictures: who stands where, who wins along a weight, and nothing unescaped."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.look import palette
from playground.routing.ranking_html import (
    chosen_html,
    described_line,
    headline_html,
    in_use_html,
    ranking_html,
    saved_html,
    tipping_points,
    two_orders_html,
    weight_line_html,
)
from speko_client.models import Stretch, WeightLine, WhatIf
from tests.playground.previews import GEMINI, GPT, preview, scored

GROK = scored("xai", "grok-2", 0.4)
EVIL = "<img src=x onerror=alert(1)>"


class _Tags(HTMLParser):
    """Which elements there are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add(tag)


def line(*tips: float) -> WeightLine:
    """A weight line that changes hands at these points."""
    edges = [0.0, *tips, 1.0]
    winners = [("openai", "gpt-4o"), ("google", "gemini-2.0-flash")]
    stretches = [
        Stretch(
            from_weight=start,
            to_weight=end,
            provider_id=winners[number % 2][0],
            model_id=winners[number % 2][1],
        )
        for number, (start, end) in enumerate(pairwise(edges))
    ]
    return WeightLine(axis="cost", weight=0.2, stretches=stretches)


def shown(html: str) -> list[str]:
    """The candidates of the tried order, best first."""
    return re.findall(r'<li [^>]*data-candidate="([^"]+)"', html)


def test_both_orders_stand_beside_each_other_with_what_moved() -> None:
    html = two_orders_html(preview(GEMINI, GPT, GROK), preview(GPT, GEMINI, GROK))
    assert shown(html) == ["openai/gpt-4o", "google/gemini-2.0-flash", "xai/grok-2"]
    assert html.count("▲ 1") == html.count("▼ 1") == 1
    assert html.count("<path") == 3
    lines = re.findall(r'd="M4 ([\d.]+)C.* 48 ([\d.]+)"', html.replace("/>", "/>\n"))
    assert sum(start == end for start, end in lines) == 1


def test_who_is_out_is_struck_and_named() -> None:
    html = two_orders_html(preview(GEMINI, GPT), preview(GEMINI))
    assert "Out of the pool: openai/gpt-4o" in html
    assert html.count('"openai/gpt-4o, out of the pool"') == html.count(", out of the pool") == 1


def test_nobody_left_is_no_error() -> None:
    html = two_orders_html(preview(GEMINI), preview())
    assert shown(html) == []
    assert "Out of the pool: google/gemini-2.0-flash" in html


def test_a_bar_is_stacked_from_weight_times_value() -> None:
    html = ranking_html(preview(GEMINI))
    assert re.findall(r"width:([\d.]+)%", html) == ["33.35", "30.00", "19.88"]
    assert "accuracy adds 0.334, latency adds 0.300, cost adds 0.199" in html


def test_without_figures_a_row_says_so() -> None:
    bare = ranking_html(preview(GEMINI, scored("mistral", "large", figures=None)))
    assert "no figures" in bare
    reserve = scored("local", "small", figures=None, kind="local")
    assert "in reserve" in ranking_html(preview(GEMINI, reserve))


def test_a_line_has_a_stretch_per_winner_and_labels_its_tipping_points() -> None:
    drawn = line(0.16, 0.98)
    html = weight_line_html(drawn)
    assert tipping_points(drawn) == [0.16, 0.98]
    assert html.count(" wins from ") == 3
    assert re.findall(r">(\d+%)<", html) == ["16%", "98%"]
    assert palette.colour("google") in html
    assert ">gemini-2.0-flash<" in html
    assert described_line(drawn).endswith("98% to 100% openai/gpt-4o.")


def test_labels_that_would_run_into_each_other_are_left_to_the_table() -> None:
    html = weight_line_html(line(0.5, 0.52, 0.7))
    assert re.findall(r">(\d+%)<", html) == ["50%", "70%"]


def test_a_line_of_nobody_is_empty() -> None:
    assert " wins from " not in weight_line_html(line().model_copy(update={"stretches": []}))


@given(st.lists(st.floats(0.001, 0.999), unique=True, max_size=12).map(sorted))
def test_the_stretches_fill_the_line(tips: list[float]) -> None:
    shares = re.findall(r"flex-grow:([\d.]+)", weight_line_html(line(*tips)))
    assert sum(map(float, shares)) == pytest.approx(1, abs=0.001)


def test_a_change_of_winner_is_made_to_stand_out() -> None:
    same = headline_html(preview(GEMINI), preview(GEMINI), WhatIf(without=["xai"]))
    taken = headline_html(preview(GEMINI), preview(GPT), WhatIf(without=["xai"]))
    assert 'class="what-if-headline"' in same
    assert 'class="what-if-headline what-if-changes"' in taken


def test_names_from_outside_stay_text() -> None:
    evil = scored("mistral", EVIL, 0.5)
    what_if = WhatIf(name=EVIL, without=["<script>x</script>"])
    stretch = Stretch(from_weight=0, to_weight=1, provider_id="mistral", model_id=EVIL)
    told = WeightLine(axis="cost", weight=0.2, stretches=[stretch])
    pieces = [
        two_orders_html(preview(evil, GPT), preview(GPT, evil)),
        headline_html(preview(GPT), preview(evil), what_if),
        saved_html(what_if),
        in_use_html(what_if),
        chosen_html(what_if),
        weight_line_html(told),
    ]
    for piece in pieces:
        assert not _Tags(piece).found & {"img", "script"}
