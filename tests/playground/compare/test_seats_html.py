"""The columns' heads, tabs and figures as HTML, and the estimate of a message to all."""

from __future__ import annotations

import re
from html import unescape

from playground.chat.next_message import NextMessage, next_message
from playground.compare.estimate import together_html
from playground.compare.figures import seat_figures
from playground.compare.seats import Seat
from playground.compare.seats_html import (
    below_html,
    copy_html,
    figures_html,
    head_html,
    medals_html,
    tabs_html,
)
from playground.sessions.turns import Answer, Turn, TurnSettings
from speko_client.models import ScoredCandidate, Timing, WhatIf
from tests.turns import turn, used

HOSTILE = Seat(id="a", what_if=WhatIf(name="<img src=x onerror=alert(1)>"))
DEMO = ScoredCandidate(provider_id="openai", model_id="gpt-4o", score=1, kind="simulated")
LOCAL = ScoredCandidate(provider_id="local", model_id="small", score=1, kind="local")


def test_a_name_from_outside_is_only_text() -> None:
    said = head_html(HOSTILE, ["<b>"]) + tabs_html([(HOSTILE, "<i>")])
    said += below_html("<img>", [], "") + copy_html(turn("1", text='<img>" x="'), "<b>")
    assert "<img" not in said
    assert "<i>" not in said
    assert '" x="' not in said


def test_the_text_to_copy_is_the_answer_as_it_was_written() -> None:
    text = 'Two "lines"\n& <more>'
    found = re.search('data-text="([^"]*)"', copy_html(turn("1", text=text), "A Router"))
    assert found
    assert unescape(found[1]) == text


def test_only_who_is_first_is_praised() -> None:
    said = medals_html(["first to speak", "ends 20 ms later"])
    assert said.count("sp-good") == 1
    assert medals_html([]) == ""


def test_figures_have_a_range_once_there_are_several() -> None:
    def asked(number: int, ms: float, status: str = "done") -> Turn:
        answer = Answer(text="x", timing=Timing(ttft_ms=ms, total_ms=2 * ms), usage=used(1, 7))
        return turn(f"{number}", seat="a", message_id=f"m{number}", status=status, answer=answer)

    seat = Seat(id="a")
    one = figures_html([(seat, seat_figures("a", [asked(1, 200)]))], simulated=False)
    assert "1 of 1" in one
    assert "200 ms" in one
    assert "Medians" not in one
    assert "imulated" not in one
    turns = [asked(1, 200), asked(2, 300), asked(3, 900, "failed")]
    more = figures_html([(seat, seat_figures("a", turns))], simulated=True)
    assert "2 of 3" in more
    assert "250 ms" in more
    assert "200 ms to 300 ms" in more
    assert '<i style="left:66.7%"></i><i style="left:100.0%"></i><b style="left:83.3%">' in more
    assert "Medians" in more
    assert "Simulated vendors" in more


def test_the_estimate_adds_all_seats_up_and_types_for_each() -> None:
    seen = next_message([turn("1", message="x" * 398, text="yy")], TurnSettings(), DEMO)
    html = together_html([("A Router", seen), ("B OpenAI gpt-4o", seen)])
    assert "To 2 seats: ≈ <span" in html
    assert 'data-letters="800" data-times="2">200</span>' in html
    assert "would cost" in html
    assert "(simulated)" in html
    (token,) = re.findall('data-token="([^"]+)"', html)
    (rest,) = re.findall('data-answer="([^"]+)"', html)
    assert seen.price is not None
    whole = 2 * (seen.price.token_in * seen.tokens_in + seen.price.answer)
    assert abs(float(token) * 200 + float(rest) - whole) < 1e-12


def test_what_has_no_price_is_said_to_have_none() -> None:
    free = next_message([], TurnSettings(), LOCAL)
    assert "free, on your own machine" in together_html([("A", free)])
    unknown = NextMessage(0, 1, "")
    html = together_html([("A Router", unknown)])
    assert "not known here" in html
    assert "$" not in html.split("</summary>")[0]
