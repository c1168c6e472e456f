"""How a session flowed: every turn has its way, and nobody is named that the turns do not name."""

from __future__ import annotations

from hypothesis import given

from playground.analytics import flow, paths, timeline
from playground.look.palette import NOBODY
from playground.sessions.turns import Answer, Turn, TurnSettings
from speko_client.models import Fault, RoutingPreview, WhatIf
from tests.any_turns import sessions
from tests.turns import answered, failed, numbered, served

GPT = ("openai", "gpt-4o")


def ranking(some: Turn, provider: str, model: str) -> Turn:
    """The turn with this first choice."""
    preview = RoutingPreview(provider_id=provider, model_id=model, score=0.8)
    return some.model_copy(update={"ranking": preview})


def way(some: Turn) -> list[str]:
    """The labels of a turn's stops."""
    return [stop.label for stop in paths.path(some)]


def test_a_turn_that_its_first_choice_answered_goes_straight() -> None:
    assert way(ranking(served(1), *GPT)) == ["OpenAI gpt-4o", "OpenAI gpt-4o"]
    assert way(served(1, failover_count=0)) == ["OpenAI gpt-4o", "OpenAI gpt-4o"]


def test_a_failover_goes_through_who_failed() -> None:
    attempts = (failed(*GPT), answered("xai", "grok-2"))
    one = served(1, "xai", "grok-2", attempts=attempts, failover_count=1)
    assert way(one) == ["OpenAI gpt-4o", "✕ OpenAI gpt-4o", "xAI grok-2"]
    ranked_otherwise = ranking(one, "google", "gemini-2.0-flash")
    assert way(ranked_otherwise)[0] == "Google gemini-2.0-flash"


def test_many_failures_share_a_stop_and_end_with_no_answer() -> None:
    attempts = tuple(failed(name) for name in ("openai", "xai", "google", "anthropic"))
    nobody = numbered(1, "failed", Answer(attempts=attempts))
    assert way(nobody)[1:] == ["✕ OpenAI m", "✕ xAI m", "✕ more failed", "no whole answer"]


def test_where_a_server_only_counts_nobody_is_named() -> None:
    assert way(served(1, failover_count=1)) == ["unknown", "✕ not named", "OpenAI gpt-4o"]
    assert way(served(1)) == ["unknown", "OpenAI gpt-4o"]


def test_routes_come_with_their_turns_the_failed_over_first() -> None:
    attempts = (failed(*GPT), answered("xai", "grok-2"))
    turns = [
        served(1, failover_count=0),
        served(2, failover_count=0),
        served(3, "xai", "grok-2", attempts=attempts, failover_count=1),
    ]
    first, second = paths.routes(turns)
    assert (first.failed_over, first.turns, first.turn_ids) == (True, (3,), ("t3",))
    assert (second.label, second.turns) == ("OpenAI gpt-4o → OpenAI gpt-4o", (1, 2))


def test_what_a_drill_did_is_marked() -> None:
    drilled = served(1).model_copy(
        update={"settings": TurnSettings(drill=(Fault(target="openai"),))}
    )
    turns = [drilled, served(2)]
    assert list(flow.frame(turns)["drill"]) == [True, False]
    assert list(timeline.frame(turns)["drill"]) == [True, False]
    assert [link.drilled for link in paths.links(turns)] == [1]


def test_what_a_what_if_routed_is_labelled() -> None:
    routed = served(1, scores_run_id="whatif-1").model_copy(
        update={"settings": TurnSettings(what_if=WhatIf(name="Cheap"))}
    )
    for frame in (flow.frame([routed]), timeline.frame([routed])):
        assert [label.split("; ")[-1] for label in frame["source"]] == ["what-if: Cheap"]


def test_a_row_per_attempt_that_failed_and_one_for_the_end() -> None:
    attempts = (failed(*GPT), failed("google", "g"), answered("xai", "grok-2"))
    frame = timeline.frame([served(1, "xai", "grok-2", attempts=attempts)])
    assert list(frame["what"]) == ["failed", "failed", "served"]
    assert list(frame["provider"]) == ["openai", "google", "xai"]
    assert list(frame["place"]) == [0, 1, 2]
    assert set(frame["of"]) == {3}


@given(sessions())
def test_flows_sum_to_the_number_of_turns(turns: list[Turn]) -> None:
    links = paths.links(turns)
    left = sum(len(link.turns) for link in links if link.source.kind == "first")
    right = sum(len(link.turns) for link in links if link.target.kind in ("served", "unanswered"))
    assert left == right == len(turns)
    for stop in {link.target for link in links if link.target.kind == "failed"}:
        into = [number for link in links if link.target == stop for number in link.turns]
        out = [number for link in links if link.source == stop for number in link.turns]
        assert sorted(into) == sorted(out)


@given(sessions())
def test_every_turn_has_one_way_and_one_row(turns: list[Turn]) -> None:
    taken = sorted(number for route in paths.routes(turns) for number in route.turns)
    assert taken == [one.number for one in turns]
    assert list(flow.frame(turns)["turn"]) == taken


@given(sessions())
def test_no_stop_names_who_the_turn_does_not(turns: list[Turn]) -> None:
    for one in turns:
        known = {a.provider for a in one.answer.attempts} | {one.answer.provider, NOBODY}
        assert {stop.provider for stop in paths.path(one)} <= known
