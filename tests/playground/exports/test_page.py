"""The web page holds the session, asks for nothing, and nobody's words become a part of it."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

from hypothesis import given, settings

from playground.exports.page import policy, session_page
from playground.sessions.origins import Origin
from playground.sessions.turns import Answer, Conversation, TurnError, TurnSettings
from speko_client.models import Timing
from tests.any_sessions import whole_sessions
from tests.playground.receipts.test_receipt import preview
from tests.turns import answered, conversation, failed, served, turn, used

FETCHING = {"src", "srcset", "poster", "data", "action", "formaction", "background", "ping"}
VOID = {"meta", "br", "hr", "input", "img", "link"}


class Page(HTMLParser):
    """What a page is made of; fails where a tag is not closed as it was opened."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(content.decode("utf-8"))
        assert not self._open

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        """Note it."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        """Note it; it is closed already."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """It closes what was opened last."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect the words."""
        if self._open[-1:] not in (["script"], ["style"]):
            self.words += data

    def count(self, tag: str) -> int:
        """How many there are."""
        return sum(name == tag for name, _ in self.tags)


POOL = preview(("openai", "gpt-4o"), ("xai", "grok-2"))


def busy(number: int) -> Any:
    """A turn with everything in it."""
    answer = Answer(
        text="Check the **deposit**, the notice period and who pays for repairs. " * 9,
        provider="openai",
        model="gpt-4o",
        simulated=True,
        usage=used(120 + number, 90),
        attempts=(failed("xai", "grok-2"), answered("openai", "gpt-4o")),
        failover_count=1,
        timing=Timing(ttft_ms=290 + number, total_ms=900 + 7 * number),
        cost_usd=0.00012,
        price_source="genai-prices 0.2.3",
    )
    return turn(
        f"t{number}",
        f"t{number - 1}" if number > 1 else None,
        message="What should I check before I sign a lease for two years? " * 2,
        answer=answer,
        ranking=POOL,
    )


def test_two_hundred_turns_stay_below_400_kb() -> None:
    content = session_page(conversation(*map(busy, range(1, 201))))
    assert len(content) < 400_000
    page = Page(content)
    assert page.words.count("Receipt: turn ") == 200
    assert page.words.count("Pool: 1 OpenAI gpt-4o 0.90") == 1
    assert page.words.count("Pool and scores as in turn 1") == 199


def test_a_page_has_conversation_receipts_and_charts_with_tables() -> None:
    form = TurnSettings(temperature=0.2, system_prompt="Be kind")
    error = TurnError(message="It broke.", code="TIMEOUT", advice="Retry.")
    turns = (
        busy(1).model_copy(update={"settings": form}),
        turn("t2", "t1", text="", status="failed", error=error, message="And now?"),
    )
    page = Page(session_page(conversation(*turns, title="Leases")))
    for words in (
        "Leases",
        "And now?",
        "It broke. Retry.",
        "simulated, scripted",
        "xai/grok-2 timed out after 5.0 s",
        "Be kind",
        "Failed over once",
        "Estimated at list price (genai-prices 0.2.3)",
        "1 failed attempt, 1 followed by a next candidate",
    ):
        assert words in page.words, words
    drawn = [attrs for tag, attrs in page.tags if tag == "svg" and attrs.get("role") == "img"]
    assert len(drawn) == 5
    assert all(
        str(attrs["aria-label"]).endswith("The table holds the same figures.") for attrs in drawn
    )
    assert page.count("table") == 5
    said = [str(attrs["data-t"]) for _, attrs in page.tags if "data-t" in attrs]
    assert "Turn 1, OpenAI: 121 tokens in, 90 out (simulated, scripted)" in said


def test_a_page_without_figures_says_so_and_is_whole() -> None:
    page = Page(session_page(conversation(turn("a", text="", status="stopped"))))
    assert "No timing yet" in page.words
    assert page.count("table") == 0
    assert Page(session_page(conversation())).words.startswith("Untitled session")


def test_the_pages_policy_allows_its_own_script_alone() -> None:
    content = session_page(conversation(turn("a"))).decode()
    (script,) = re.findall(r"<script>(.*?)</script>", content, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in policy()
    assert policy().startswith("default-src 'none'")
    assert f'content="{policy()}"' in content


def test_formulas_are_drawn_without_a_script_and_code_has_no_button() -> None:
    text = "$$a^2 + b^2$$\n\n```python\nprint(1)\n```"
    page = Page(session_page(conversation(turn("a", text=text))))
    assert page.count("math") == 1
    assert page.count("button") == 0
    assert not any("data-math" in attrs for _, attrs in page.tags)


def test_what_other_branches_hold_is_said() -> None:
    tree = conversation(turn("a"), turn("b", "a"), turn("d", "a"))
    assert "1 turn on other branches is in the JSON file only." in Page(session_page(tree)).words


def test_drills_are_shaded_and_said() -> None:
    drilled = busy(1).model_copy(
        update={"settings": TurnSettings.model_validate({"outage": ["xai"]})}
    )
    page = Page(session_page(conversation(drilled)))
    assert "1 of 1 turn was made under a drill." in page.words
    assert sum(attrs.get("class") == "drill" for _, attrs in page.tags) >= 4


def test_a_long_session_has_no_more_marks_than_can_be_seen() -> None:
    turns = [served(n, usage=used(1, 2)) for n in range(1, 401)]
    page = Page(session_page(conversation(*turns)))
    assert sum("data-t" in attrs for _, attrs in page.tags) <= 2 * 40


@settings(max_examples=60)
@given(whole_sessions())
def test_nothing_in_any_session_is_fetched_or_run(session: Conversation) -> None:
    page = Page(session_page(session))
    assert page.count("script") == 1
    assert not {"img", "iframe", "object", "embed", "link", "base", "form"} & {
        tag for tag, _ in page.tags
    }
    for tag, attrs in page.tags:
        assert not FETCHING & set(attrs), (tag, attrs)
        assert not [name for name in attrs if name.startswith("on")]
        if "href" in attrs:
            assert tag == "a"
            assert re.match(r"#t\d+$|https?:|mailto:", str(attrs["href"]))


def test_imported_turns_have_their_words_and_no_receipt_and_no_figure() -> None:
    there = turn("i", origin=Origin(tool="chatgpt"), connection="ChatGPT", message="From afar")
    page = Page(session_page(conversation(there, busy(1).model_copy(update={"parent_id": "i"}))))
    assert "From afar" in page.words
    assert "imported from ChatGPT" in page.words
    assert page.words.count("Receipt: turn") == 1
    assert "Receipt: turn 1" in page.words
    assert any(str(attrs.get("data-t")).startswith("Turn 1, OpenAI") for _, attrs in page.tags)
