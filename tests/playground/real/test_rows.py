"""What the page "What is real here" says, for each kind of server."""

from __future__ import annotations

import pytest

from playground.look import words
from playground.real.rows import LABELS, Here, in_short, parts_here, what_leaves
from playground.sessions.turn_words import source
from playground.sessions.turns import Answer
from speko_client.models import Fleet, SnapshotInfo

MODEL = "SmolLM2-135M-Instruct"


def fleet(
    *, demo: bool = True, speaks: str = MODEL, source: str = "Illustrative: made up"
) -> Fleet:
    snapshot = SnapshotInfo(id="s-1", label="Scores", source=source, date="2026-11-22")
    return Fleet(
        fleet="demo" if demo else "live",
        demo=demo,
        has_model_file=speaks == MODEL,
        words=speaks,
        snapshot=snapshot,
    )


def states(here: Here) -> dict[str, str]:
    return {part.name: part.state for part in parts_here(here)}


def test_with_the_demo_fleet_vendors_are_simulated_and_the_routing_is_real() -> None:
    here = Here("Embedded gateway", embedded=True, fleet=fleet())
    assert states(here) == {
        "Routing": "real",
        "Scores": "illustrative",
        "Failover": "real",
        "Vendors": "simulated",
        "Words": "scripted, or generated",
        "Costs": "estimated",
    }
    assert MODEL in " ".join(part.means for part in parts_here(here))
    assert "no message leaves" in in_short(here)
    assert dict(what_leaves(here))["Messages"] == "They stay on this playground's machine."


def test_without_the_models_file_all_words_are_scripted() -> None:
    here = Here("Embedded gateway", embedded=True, fleet=fleet(speaks="scripted"))
    assert states(here)["Words"] == "scripted"


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("Published by Speko, April 2026", "published"),
        ("Illustrative, on top of the published figures", "illustrative"),
        ("Measured at our office", "from a file"),
    ],
)
def test_the_scores_say_where_they_come_from(told: str, state: str) -> None:
    here = Here("Embedded gateway", embedded=True, fleet=fleet(demo=False, source=told))
    assert states(here)["Scores"] == state
    assert f"{told}." in [part.means for part in parts_here(here)]


def test_scores_that_were_made_here_say_of_what_and_who_chose_them() -> None:
    for made, state in (("measured-run-1", "measured"), ("votes-mine-1", "from votes")):
        told = fleet(source="40 of one's own")
        told.snapshot.id = made
        here = Here("Embedded gateway", embedded=True, fleet=told, scores_chosen=True)
        (part,) = (each for each in parts_here(here) if each.name == "Scores")
        assert part.state == state
        assert "Chosen in this browser session" in part.means


def test_with_live_vendors_messages_leave_and_nothing_is_called_simulated() -> None:
    here = Here("Embedded gateway", embedded=True, fleet=fleet(demo=False))
    assert states(here)["Vendors"] == states(here)["Words"] == "real"
    assert "simulated" not in states(here).values()
    assert "go to the vendor" in dict(what_leaves(here))["Messages"]


def test_another_server_answers_for_itself() -> None:
    here = Here("speko.example", embedded=False)
    assert "speko.example" in in_short(here)
    assert states(here)["Routing and failover"] == "unknown"
    assert "go to speko.example" in dict(what_leaves(here))["Messages"]


def test_of_a_gateway_that_does_not_answer_nothing_is_claimed() -> None:
    assert parts_here(Here("Embedded gateway", embedded=True)) == ()


@pytest.mark.parametrize(
    "label",
    [
        source(Answer(simulated=True, words="scripted")),
        source(Answer(simulated=True, words=MODEL)),
        source(Answer(kind="local")),
        f"{words.dollars(0.01)} estimated",
    ],
)
def test_every_label_of_an_answer_is_explained(label: str) -> None:
    explained = {each.name.split(",")[0].rstrip(" …") for each in LABELS}
    assert any(name in label for name in explained)
