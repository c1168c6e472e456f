"""Two snapshots beside each other: whose figures changed, who wins now, in words and tables."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playground.scores import differences
from playground.sessions.turns import TurnSettings
from tests.playground.scores.snapshots import ONE, OTHER, described, known, row, swept

BEFORE = known(row(ONE, accuracy=80, latency=300), row(OTHER, cost=5))
AFTER = known(
    row(ONE, accuracy=85, latency=300),
    row(OTHER, "de", accuracy=60),
    snapshot=described("two", "Two"),
)


def test_only_figures_that_differ_are_listed_with_what_one_lacks() -> None:
    changed = differences.figures_changed(BEFORE, AFTER)
    shown = differences.figures_table(changed)
    cells = shown[list(differences.FIGURES_TABLE)].to_numpy().tolist()
    assert cells == [
        ["OpenAI gpt-6", "Quality", "English, General", "80", "85"],
        ["xAI grok-4", "Price", "English, General", "5.00", "none"],
        ["xAI grok-4", "Quality", "German, General", "none", "60"],
    ]
    assert changed["change"].tolist()[0] == 5
    assert set(changed["scores_after"]) == {"two"}


def test_the_figures_in_words() -> None:
    changed = differences.figures_changed(BEFORE, AFTER)
    assert differences.figures_words(changed, BEFORE, AFTER) == (
        "3 figures of 2 candidates differ: quality 2, price 1; 1 only in “Two”; 1 only in “One”."
    )


def test_figures_on_two_scales_are_not_to_be_compared() -> None:
    other = known(row(ONE, accuracy=3), snapshot=described("two", "Two", scale="ranks"))
    changed = differences.figures_changed(BEFORE, other)
    assert "different scales" in differences.figures_words(changed, BEFORE, other)


def test_nothing_changed_is_said() -> None:
    changed = differences.figures_changed(BEFORE, BEFORE)
    assert changed.empty
    assert "the same figures" in differences.figures_words(changed, BEFORE, BEFORE)


def test_the_winners_in_words_first_then_one_by_one() -> None:
    before, after = swept(ONE, ONE, OTHER), swept(OTHER, ONE, None, snapshot_id="two")
    changed = differences.winners_changed(before, after)
    assert differences.winners_words(changed, 3).startswith(
        "Of 3 intents 2 get another winner. Most often "
    )
    shown = differences.winners_table(changed)
    assert shown[["name", "was", "becomes"]].to_numpy().tolist() == [
        ["English", "OpenAI gpt-6", "xAI grok-4"],
        ["German", "xAI grok-4", "nobody"],
    ]


def test_one_switch_is_no_more_often_than_another() -> None:
    changed = differences.winners_changed(swept(ONE), swept(OTHER))
    assert differences.winners_words(changed, 1) == (
        "Of 1 intent 1 gets another winner. xAI grok-4 takes over from OpenAI gpt-6 (1)."
    )


def test_nobody_takes_over_where_all_stay() -> None:
    changed = differences.winners_changed(swept(ONE, ONE), swept(ONE, ONE))
    assert differences.winners_words(changed, 2) == "All of 2 intents keep their winner."


@given(
    st.lists(st.sampled_from([ONE, OTHER, None]), min_size=3, max_size=3),
    st.lists(st.sampled_from([ONE, OTHER, None]), min_size=3, max_size=3),
)
def test_there_are_as_many_changes_as_winners_that_differ(
    before: list[str | None], after: list[str | None]
) -> None:
    changed = differences.winners_changed(swept(*before), swept(*after))
    assert len(changed) == sum(a != b for a, b in zip(before, after, strict=True))
    assert differences.winners_words(changed, 3)


def test_the_intents_are_those_that_figures_speak_of_and_the_forms_own() -> None:
    form = TurnSettings(language="sv", region="us-east4", allowed=("xai",))
    asked = differences.intents(BEFORE, AFTER, form)
    assert asked.languages == ["sv", "en", "de"]
    assert len(asked.verticals) * len(asked.optimize_for) == 16
    assert (asked.region, asked.allowed_providers) == ("us-east4", ["xai"])
