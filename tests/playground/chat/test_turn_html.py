"""A turn, its menus and the tree as HTML: nothing from outside is markup, everything is there."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from playground.chat.tree_html import MOST, tree_html
from playground.chat.turn_html import deleted_html, fork_html, turn_html
from playground.chat.turn_menu import MOST_OTHERS, others
from playground.sessions import tree
from playground.sessions.turns import Answer, Turn, TurnError
from speko_client.models import Attempt, RoutingPreview, ScoredCandidate
from tests.turns import failed, turn

HOSTILE = st.text(max_size=30) | st.sampled_from(
    ['"><script>alert(1)</script>', "<img src=x onerror=alert(1)>", "' onclick='x", "&lt;b&gt;"]
)
OURS = frozenset(
    re.findall(
        r"\w+",
        "section div span p b small button details summary ol ul li a i h2 h3 h4 h5 h6 em strong "
        "br code pre table thead tbody tr th td blockquote hr s input",
    )
)


class Tags(HTMLParser):
    """The tags of a piece of HTML, and the names of their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def ranked(*names: str) -> list[ScoredCandidate]:
    return [ScoredCandidate(provider_id=name, model_id="m", score=0.5) for name in names]


def acts(html: str) -> list[str]:
    """What its buttons do, in their order."""
    return re.findall(r'data-act="([^"]+)"', html)


@given(message=HOSTILE, text=HOSTILE, name=HOSTILE)
def test_nothing_from_outside_is_markup(message: str, text: str, name: str) -> None:
    answer = Answer(
        text=text, reasoning=text, provider=name or "x", model=name, cut=name, notes=(text,)
    )
    error = TurnError(message=text, code="X", advice=name)
    made = turn("a", message=message, answer=answer, error=error, status="failed", number=1)
    html = turn_html(made, (made, turn("b", answer=answer)), ranked(name or "x"))
    picture = tree_html(tree.nodes((made,)), {"a"})
    seen = Tags(html + picture)
    assert seen.tags <= OURS
    assert not {each for each in seen.attributes if each.startswith("on")}


@given(text=HOSTILE.filter(str.strip))
def test_the_source_of_an_answer_goes_along_to_be_copied(text: str) -> None:
    html = turn_html(turn("a", text=text, number=1))
    found = re.search(r'data-markdown="([^"]*)"', html)
    assert found
    assert unescape(found[1]).replace("\r", "") == text.replace("\r", "")


def test_an_answer_can_be_acted_upon_in_every_way() -> None:
    html = turn_html(turn("a", number=1), (), ranked("ann"))
    assert acts(html) == [
        *("edit", "copy-message", "receipt", "copy", "copy-markdown", "again", "form", "with"),
        *("compare", "evaluate", "code", "link", "delete"),
    ]


def test_without_an_answer_there_is_nothing_to_copy_and_a_retry() -> None:
    none = turn("a", answer=Answer(attempts=(failed("x"),)), status="failed", number=1)
    assert acts(turn_html(none)) == [
        *("edit", "copy-message", "receipt", "form", "again", "form"),
        *("evaluate", "code", "link", "delete"),
    ]
    assert ">What happened</button>" in turn_html(none)


def test_others_are_those_it_was_ranked_with_else_those_of_now() -> None:
    pool = ranked("ann", "ben", "cyd")
    ranking = RoutingPreview(
        provider_id="ann", model_id="m", score=0.5, winner=pool[0], runners_up=pool[1:]
    )
    answer = Answer(text="Yes", provider="ben", model="m")
    made = turn("a", answer=answer, ranking=ranking)
    assert [each.provider_id for each in others(made, ranked("dan"))] == ["ann", "cyd"]
    pinned = made.model_copy(
        update={"ranking": RoutingPreview(provider_id="ben", model_id="m", score=1.0)}
    )
    assert [each.provider_id for each in others(pinned, ranked("dan"))] == ["dan"]
    assert others(turn("b"), []) == []
    assert len(others(turn("b"), ranked(*map(str, range(50))))) == MOST_OTHERS


def test_a_fork_leads_back_and_forward_and_says_what_differs() -> None:
    all_three = [turn(name, "root", message="Hi", number=2) for name in "abc"]
    html = fork_html(all_three[1], all_three)
    assert "<span>2 of 3</span>" in html
    assert html.index('data-to="a"') < html.index("2 of 3") < html.index('data-to="c"')
    assert "asked first" in html
    assert "asked the same again" in html
    assert fork_html(all_three[0], all_three[:1]) == ""
    assert 'aria-disabled="true"' in fork_html(all_three[0], all_three)


def test_a_deletion_says_how_much_is_gone() -> None:
    assert "A turn was deleted.<" in deleted_html("a", [turn("a")])
    assert "A turn was deleted, and 2 turns below it.<" in deleted_html("a", [turn("a")] * 3)


def test_the_tree_marks_failovers_what_is_incomplete_and_the_branch_on_view() -> None:
    over = Answer(text="Yes", provider="x", failover_count=1, attempts=(failed("y"),))
    turns: tuple[Turn, ...] = (
        turn("a", answer=over),
        turn("b", "a", status="stopped"),
        turn("c", "a"),
    )
    html = tree_html(tree.nodes(turns), {"a", "c"})
    rows = {row[1]: row[0] for row in re.findall(r'(<li.*?data-to="(.)".*?</li>)', html)}
    assert list(rows) == ["a", "b", "c"]
    assert "tree-over" in rows["a"]
    assert "failed over once" in rows["a"]
    assert "tree-broken" in rows["b"]
    assert [name for name, row in rows.items() if "aria-current" in row] == ["a", "c"]
    assert html.count("tree-bend") == 1


def test_a_tree_of_thousands_is_drawn_in_part() -> None:
    turns = tuple(turn(f"t{n}", f"t{n - 1}" if n else None) for n in range(MOST + 5))
    html = tree_html(tree.nodes(turns), set())
    assert html.count("<li") == MOST
    assert "5 turns before these." in html


def test_an_attempt_that_failed_is_told_on_the_button() -> None:
    answered = Attempt(provider="x", model="m", outcome="answered", duration_ms=1)
    over = Answer(text="Yes", provider="x", model="m", attempts=(failed("y"), answered))
    assert 'aria-label="What happened in turn 4"' in turn_html(turn("a", answer=over, number=4))
