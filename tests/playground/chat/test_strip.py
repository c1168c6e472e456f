"""The strip: a block per turn, told apart without colour, in words for those who do not see it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import given

from playground.chat.turns_html import SHOWN, strip_html
from playground.sessions.turns import Answer, Turn, TurnSettings
from speko_client.models import Fault
from tests.any_turns import sessions
from tests.turns import answered, failed, numbered, served, used


class Blocks(HTMLParser):
    """Reads the strip's blocks, its spoken text, and every tag that occurs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.titles: list[str] = []
        self.classes: list[str] = []
        self.styles: list[str] = []
        self.label = ""
        self.tags: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what the tests ask for."""
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.label = given.get("aria-label", self.label)
        if "title" in given:
            self.titles.append(given["title"])
            self.classes.append(given["class"])
            self.styles.append(given["style"])


def text_of(html: str) -> str:
    """What is to be read."""
    return re.sub(r"<[^>]+>", " ", html)


def test_blocks_tell_who_served_and_what_failed_over() -> None:
    over = served(2, "google", "gemini", attempts=(failed("openai"), answered("google")))
    html = strip_html([served(1), over, numbered(3, "failed", Answer())])
    blocks = Blocks(html)
    assert blocks.titles == [
        "Turn 1, OpenAI gpt-4o, answered",
        "Turn 2, Google gemini, answered, after 1 failover",
        "Turn 3, failed",
    ]
    assert ["strip-over" in name for name in blocks.classes] == [False, True, False]
    assert ["background:" in style for style in blocks.styles] == [True, True, False]
    assert "×" in text_of(html)


def test_a_stopped_answer_is_hollow_with_its_providers_glyph() -> None:
    html = strip_html([served(1, "groq", "llama", status="stopped")])
    assert "strip-broken" in Blocks(html).classes[0]
    assert " Gq " in text_of(html)


def test_totals_say_only_what_is_known() -> None:
    bare = text_of(strip_html([served(1)]))
    assert "tokens" not in bare
    assert "$" not in bare
    full = served(1, usage=used(1200, 34, estimated=True), cost_usd=0.0012, simulated=True)
    told = text_of(strip_html([full]))
    assert "about 1,200 tokens in, 34 out" in told
    assert "≈ $0.0012 estimated" in told
    assert "0 failovers" in told
    assert "1 simulated" in told


def test_the_strip_is_spoken_in_one_sentence() -> None:
    html = strip_html([served(1), served(2), served(3, "xai", "grok-2")])
    assert Blocks(html).label == (
        "This session: 3 turns; answered by: OpenAI 2, xAI 1; 0 failovers."
    )


def test_the_scores_are_named_and_several_are_counted() -> None:
    html = strip_html([served(1, scores_run_id="a"), served(2, scores_run_id="b")])
    assert Blocks(html).titles[0] == "Turn 1, OpenAI gpt-4o, answered, scores: a"
    assert "ranked by 2 snapshots of scores" in text_of(html)
    one = strip_html([served(1, scores_run_id="a"), served(2, scores_run_id="whatif-1")])
    assert "snapshots" not in text_of(one)


def test_a_long_session_shows_its_last_turns_and_counts_all() -> None:
    turns = [served(number) for number in range(1, SHOWN + 13)]
    html = strip_html(turns)
    assert len(Blocks(html).titles) == SHOWN
    assert Blocks(html).titles[-1].startswith(f"Turn {SHOWN + 12},")
    assert "12 earlier" in text_of(html)
    assert f"OpenAI {SHOWN + 12}" in text_of(html)


@given(sessions())
def test_nothing_from_outside_becomes_markup(turns: list[Turn]) -> None:
    hostile = [*turns, served(99, "<img src=x onerror=alert(1)>", "'\"><script>alert(1)</script>")]
    assert Blocks(strip_html(hostile)).tags <= {"div", "span"}


def test_a_turn_made_under_a_drill_is_marked_and_counted() -> None:
    drill = TurnSettings(drill=(Fault(target="openai"),))
    drilled = served(2).model_copy(update={"settings": drill})
    html = strip_html([served(1), drilled])
    blocks = Blocks(html)
    assert ["strip-drill" in classes for classes in blocks.classes] == [False, True]
    assert blocks.titles[1].endswith("under a drill")
    assert "1 under a drill" in text_of(html)
    assert "1 under a drill" in blocks.label
