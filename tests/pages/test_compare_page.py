"""The Compare page over the real gateway, with the demo fleet: seats, threads, refusals."""

from __future__ import annotations

import pytest

from playground.compare.desk_view import CompareDesk
from playground.compare.seats import messages
from playground.routing.saved_what_ifs import save_what_if
from playground.runtime import Runtime, get_runtime
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.store import Store
from playground.sessions.turns import Answer, Conversation, new_id
from playground.teams.owner import MACHINE_OWNER
from speko_client.models import WhatIf
from tests.pages.compare_page import (
    TWO,
    answers,
    captions,
    choose,
    comparison,
    draft,
    heads,
    html,
    page,
    parameter,
    press,
    send,
    stored,
)

FIRST = ["router", "google:gemini-3.8-flash", *TWO]


pytestmark = pytest.mark.usefixtures("runtime")


def test_the_router_and_the_best_it_could_choose_have_the_first_seats() -> None:
    app = page()
    assert heads(app) == [
        "A Router",
        "B Google gemini-3.8-flash",
        "C OpenAI gpt-6.1-sol",
        "D xAI grok-4.7",
    ]
    assert "Google gemini-3.8-flash would answer now." in captions(app)
    assert "Pinned: nobody steps in when it fails." in captions(app)
    assert "To 4 seats:" in html(app)
    assert "(simulated)" in html(app)


def test_a_message_goes_to_all_and_each_answer_stands_under_its_own_name() -> None:
    app = page()
    send(app, "Give me three names for a bakery.")
    assert parameter(app, "seats") == FIRST
    turns = answers(app)
    assert {turn.status for turn in turns.values()} == {"done"}
    assert len({turn.message_id for turn in turns.values()}) == 1
    assert turns["c"].answer.provider == "openai"
    assert turns["d"].answer.provider == "xai"
    assert len(heads(app)) == 4
    assert "first to speak" in html(app)
    assert "1 of 1" in html(app)
    again = page(c=parameter(app, "c"))
    assert heads(again) == heads(app)
    assert parameter(again, "c") == parameter(app, "c")


def test_a_link_to_one_answer_opens_its_message_however_far_back_it_is() -> None:
    app = page(seats=["router", "xai"])
    for message in ("First", "Second", "Third", "Fourth"):
        send(app, message)
    assert "show-earlier" in [button.key for button in app.button]
    linked = page(c=parameter(app, "c"), answer=answers(app, 0)["b"].id)
    assert "show-earlier" not in [button.key for button in linked.button]


def test_the_address_has_the_seats_with_their_own_settings() -> None:
    app = page(seats=["router;optimize_for=cost", "xai;temperature=0.2"])
    assert heads(app) == ["A Router · cost", "B xAI"]
    assert "temperature 0.2" in html(app)
    send(app, "Hello")
    assert answers(app)["b"].settings.temperature == 0.2
    assert answers(app)["a"].settings.optimize_for == "cost"
    assert answers(app)["a"].settings.temperature is None


def test_of_seven_seats_six_are_taken_and_the_rest_is_said() -> None:
    app = page(seats=["router"] * 7)
    assert len(heads(app)) == 6
    assert "1 seat of the address left out" in app.info[0].value


def test_a_vendor_that_is_gone_refuses_the_message_and_keeps_it() -> None:
    app = page(seats=["router", "gone:old-model"])
    assert "not asked: it is no longer offered" in html(app)
    send(app, "Keep this")
    assert "B gone old-model is not asked" in app.toast[0].value
    assert draft(app) == "Keep this"
    assert not parameter(app, "c")


def test_one_seat_is_no_comparison() -> None:
    app = page(seats=["router"])
    send(app, "Keep this")
    assert "at least two seats" in app.toast[0].value
    assert draft(app) == "Keep this"


def test_blanks_are_not_sent() -> None:
    app = page()
    send(app, "  \n ")
    assert not parameter(app, "c")
    assert not app.toast


def test_a_pinned_seat_fails_alone_and_is_asked_again_alone() -> None:
    app = page(seats=["router", *TWO])
    outage = next(each for each in app.multiselect if each.label == "Simulate an outage of")
    outage.set_value(["openai", "google"]).run()
    assert "xAI grok-4.7 would answer now." in captions(app), "not those who are down"
    send(app, "Hello")
    turns = answers(app)
    assert {seat: turn.status for seat, turn in turns.items()} == {
        "a": "done",
        "b": "failed",
        "c": "done",
    }
    assert turns["b"].answer.provider in (None, "openai")
    outage = next(each for each in app.multiselect if each.label == "Simulate an outage of")
    outage.set_value([]).run()
    press(app, f"retry-{turns['b'].id}")
    assert answers(app)["b"].status == "done"
    assert answers(app)["b"].answer.provider == "openai"
    assert len(stored(app).turns) == 4
    assert len(heads(app)) == 3
    assert "Earlier tries" in str([block.proto for block in app.get("popover")])


def test_a_saved_what_if_has_its_seat_by_its_link(runtime: Runtime) -> None:
    store = runtime.store.of(MACHINE_OWNER)
    saved = save_what_if(store, WhatIf(name="Without Google", without=["google"]))
    token = f"router;what_if={saved.id}"
    app = page(seats=[token, "router;what_if=gone", *TWO])
    assert heads(app)[0] == "A Router · Without Google"
    assert "1 seat of the address left out" in app.info[0].value
    assert "OpenAI gpt-6.1-sol would answer now." in captions(app)
    send(app, "Hello")
    assert parameter(app, "seats")[0] == token
    assert answers(app)["a"].answer.provider == "openai"


def test_each_seat_goes_on_from_its_own_answers() -> None:
    app = page(seats=TWO)
    send(app, "One")
    assert captions(app).count("Next: after its own answers") == 2
    send(app, "Two")
    assert html(app).count("Own thread") == 2
    before, after = answers(app, 0), answers(app)
    assert {seat: turn.parent_id for seat, turn in after.items()} == {
        seat: turn.id for seat, turn in before.items()
    }


def test_all_go_on_from_the_winner_once_it_is_chosen() -> None:
    app = page(seats=TWO)
    send(app, "One")
    winner = answers(app)["b"]
    press(app, f"winner-{winner.id}")
    assert comparison(app).winner == winner.id
    assert "Next: after B's answer" in captions(app)
    assert "Next: after this one" in captions(app)
    send(app, "Two")
    assert {turn.parent_id for turn in answers(app).values()} == {winner.id}
    assert "After B&#x27;s answer" in html(app)
    send(app, "Three")
    assert "Choose the answer that all go on from" in app.toast[0].value
    assert draft(app) == "Three"
    assert len(messages(stored(app).turns)) == 2


def test_all_answers_go_to_all() -> None:
    app = page(seats=TWO)
    send(app, "One")
    threads = next(each for each in app.segmented_control if str(each.key).startswith("threads-"))
    threads.set_value("shared").run()
    assert captions(app).count("Next: after everybody's answers") == 2
    send(app, "Two")
    assert html(app).count("After all answers") == 2
    assert [turn.threads for turn in stored(app).turns] == ["own", "own", "shared", "shared"]
    usage = {seat: turn.answer.usage for seat, turn in answers(app).items()}
    assert all(each and each.prompt_tokens > 40 for each in usage.values()), usage


def test_a_removed_seat_leaves_its_answers_and_its_letter_to_nobody() -> None:
    app = page(seats=[*TWO, "router"])
    send(app, "One")
    choose(app, f"more-{answers(app)['a'].id}", "Remove this seat")
    assert heads(app) == ["B xAI grok-4.7", "C Router"]
    assert parameter(app, "seats") == ["xai:grok-4.7", "router"]
    assert any("1 answer of seats that were removed" in each.label for each in app.expander)
    again = comparison(app).added(comparison(app).seats[0], used={"a", "b", "c"})
    assert [seat.id for seat in again.seats] == ["b", "c", "d"]


def test_a_seat_that_came_later_is_asked_the_last_message() -> None:
    app = page(seats=TWO)
    send(app, "One")
    kept = comparison(app)
    later = kept.added(kept.seats[0].model_copy(update={"pin": "google"}), used={"a", "b"})
    store = get_runtime().store.of(MACHINE_OWNER)
    store.save_comparison(stored(app).id, later.model_dump_json())
    app.run()
    assert "Not asked." in captions(app)
    press(app, "ask-c")
    assert answers(app)["c"].answer.provider == "google"
    assert len(messages(stored(app).turns)) == 1


def test_one_column_takes_the_whole_width_and_gives_it_back() -> None:
    app = page(seats=TWO)
    send(app, "One")
    key = f"wide-{answers(app)['b'].id}-b"
    press(app, key)
    assert heads(app) == ["B xAI grok-4.7"]
    press(app, key)
    assert len(heads(app)) == 2


def test_a_server_that_does_not_start_is_said_and_fails_each_answer(
    monkeypatch: pytest.MonkeyPatch, runtime: Runtime
) -> None:
    def ready() -> tuple[str, str] | None:
        raise GatewayStartError("The embedded gateway ended at once.")

    monkeypatch.setattr(runtime.gateway, "ready", ready)
    monkeypatch.setattr(runtime.gateway, "ensure", ready)
    app = page(seats=TWO)
    assert "The embedded gateway ended at once" in app.warning[0].value
    send(app, "Hello")
    assert {turn.status for turn in answers(app).values()} == {"failed"}


def test_a_comparison_that_is_not_here_is_said_to_be_missing() -> None:
    app = page(c="nobody-knows-it")
    assert "This session is not here" in app.info[0].value
    assert len(heads(app)) == 4


def test_what_another_process_answers_is_followed_to_its_end(
    monkeypatch: pytest.MonkeyPatch, runtime: Runtime
) -> None:
    app = page(seats=TWO)
    send(app, "One")
    ours = answers(app)["a"]
    other = Store(runtime.settings.store_url).of(MACHINE_OWNER)
    theirs = ours.model_copy(update={"id": new_id(), "seat": "b", "message_id": "there"})
    begun = theirs.model_copy(update={"status": "running", "answer": Answer(text="So far")})
    other.save_turn(begun)
    look = CompareDesk.reload
    looks: list[CompareDesk] = []

    def reload(desk: CompareDesk) -> Conversation:
        if not looks:
            other.save_turn(theirs)
        looks.append(desk)
        return look(desk)

    monkeypatch.setattr(CompareDesk, "reload", reload)
    app.run()
    assert looks, "it was not followed"
    assert not app.exception
    assert answers(app)["b"].status == "done"
    assert any(each.key == f"winner-{theirs.id}" for each in app.button)
