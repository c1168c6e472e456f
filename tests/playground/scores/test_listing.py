"""The list of snapshots: what each visitor sees of it."""

from __future__ import annotations

from playground.scores import listing
from speko_client.models import ScoresList, ScoresProblem
from tests.playground.scores.snapshots import described

SHIPPED = described("shipped-1", "Shipped")
MINE = described("own-mine-1", "Mine").model_copy(update={"origin": "file"})
THEIRS = described("own-theirs-1", "Theirs").model_copy(update={"origin": "measured"})
HOUSE = described("house", "House").model_copy(update={"origin": "file"})
FOUND = ScoresList(in_force="shipped-1", snapshots=[MINE, SHIPPED, THEIRS, HOUSE])


def test_others_are_not_in_the_list_and_ones_own_come_last() -> None:
    every = listing.shown(FOUND, {"own-mine-1"}, {"own-theirs-1"})
    assert [each.snapshot.label for each in every] == ["Shipped", "House", "Mine"]
    assert [each.mine for each in every] == [False, False, True]
    assert [each.in_force for each in every] == [True, False, False]
    assert [each.origin[0] for each in every] == ["shipped", "file, the host's", "your own, file"]


def test_what_is_known_is_said_and_what_is_not_is_left_out() -> None:
    every = listing.shown(FOUND, (), ())
    assert every[1].at_a_glance == "2026-11-26 · figures for 0 candidates in 0 languages"
    assert dict(every[1].more) == {"Quality is": "index", "Id": "shipped-1"}


def test_two_of_one_label_are_told_apart_by_their_ids() -> None:
    twice = ScoresList(in_force="a", snapshots=[described("a", "Same"), described("b", "Same")])
    names = listing.labels(listing.shown(twice, (), ()))
    assert names == {"a": "Same (a)", "b": "Same (b)"}


def test_a_bad_file_is_named_with_its_field_and_other_visitors_are_not() -> None:
    found = FOUND.model_copy(
        update={
            "problems": [
                ScoresProblem(file="house.json", field="rows.3.quality", message="too large."),
                ScoresProblem(file=f"own-theirs-1.{'0' * 32}.json", field="", message="no"),
            ]
        }
    )
    (said,) = listing.problems(found, {"own-theirs-1"})
    assert said == "house.json, rows.3.quality: too large. The others go on working."
