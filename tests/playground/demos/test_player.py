"""The demo's state machine: what plays by itself, what the controls do, that all is sound."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from playground.demos.player import LEFT_ALONE_SECONDS, SPEEDS, Player, stage_seconds
from playground.demos.script import DemoScript, DemoTurn

TURNS = (DemoTurn(message="One"), DemoTurn(message="Two is longer than one", reply="Yes."))
SCRIPT = DemoScript(title="Two turns", turns=TURNS)


def played(player: Player, seconds: float, start: float = 100.0) -> Player:
    """The player after so many seconds, looked at five times a second."""
    for tick in range(int(seconds * 5) + 1):
        player = player.look(start + tick / 5)
    return player


def test_it_plays_up_to_the_message_and_waits_for_the_answer() -> None:
    player = played(Player(SCRIPT), 30)
    assert (player.stage, player.place) == ("sending", 0)
    assert played(player.sent(), 30, start=131).stage == "answering"


def test_it_goes_through_all_turns_to_the_end() -> None:
    player, now = Player(SCRIPT), 0.0
    for _ in TURNS:
        player, now = played(player, 30, now), now + 30.2
        assert player.stage == "sending"
        player = player.sent().answered()
    player = played(player, 30, now)
    assert (player.stage, player.playing, player.ended) == ("over", False, True)


def test_the_message_is_typed_letter_by_letter() -> None:
    player = played(Player(SCRIPT), stage_seconds(TURNS[0], "before") + 0.5)
    assert player.stage == "typing"
    assert 0 < len(player.typed) < len(TURNS[0].message)


def test_twice_the_speed_takes_half_the_time() -> None:
    seconds = stage_seconds(TURNS[0], "before")
    assert played(Player(SCRIPT), seconds / 2 - 0.3).stage == "before"
    assert played(Player(SCRIPT).at_speed(2.0), seconds / 2 + 0.3).stage == "typing"


def test_a_pause_holds_it_and_play_goes_on() -> None:
    paused = played(Player(SCRIPT), 1).pause()
    assert played(paused, 60, start=101.2).spent == paused.spent
    assert played(paused.play(), 30, start=102).stage == "sending"


def test_steps_lead_from_caption_to_caption() -> None:
    player = Player(SCRIPT).step()
    assert (player.stage, player.playing) == ("sending", False)
    player = player.sent().answered()
    assert (player.stage, player.playing) == ("after", False)
    player = player.step()
    assert (player.stage, player.place, player.playing) == ("before", 1, False)
    assert player.step().sent().answered().step().stage == "over"


def test_left_alone_it_pauses_and_leaps_over_nothing() -> None:
    player = Player(SCRIPT).look(0.0).look(LEFT_ALONE_SECONDS + 1)
    assert (player.stage, player.spent, player.playing) == ("before", 0.0, False)


def test_a_failed_turn_waits_and_can_be_tried_again_or_left_out() -> None:
    failed = Player(SCRIPT).step().sent().failed("The server is gone.")
    assert (failed.stage, failed.problem, failed.playing) == (
        "failed",
        "The server is gone.",
        False,
    )
    assert (failed.play().stage, failed.play().problem) == ("sending", None)
    assert (failed.step().stage, failed.step().place) == ("before", 1)


def test_a_stop_is_for_good() -> None:
    stopped = Player(SCRIPT).step().sent().stop()
    assert stopped.stage == "stopped"
    assert stopped.answered().play().step().retry().stage == "stopped"


CONTROLS: list[Callable[[Player, float], Player]] = [
    lambda player, _: player.play(),
    lambda player, _: player.pause(),
    lambda player, _: player.step(),
    lambda player, _: player.stop(),
    lambda player, _: player.retry(),
    lambda player, _: player.sent(),
    lambda player, _: player.answered(),
    lambda player, _: player.failed("It failed."),
    lambda player, value: player.at_speed(value),
    lambda player, value: player.look((player.looked_at or 0.0) + value),
]


@given(
    st.lists(
        st.tuples(st.sampled_from(CONTROLS), st.one_of(st.sampled_from(SPEEDS), st.floats(0, 10))),
        max_size=60,
    )
)
def test_whatever_is_pressed_it_stays_sound(
    pressed: list[tuple[Callable[[Player, float], Player], float]],
) -> None:
    player, ended, place = Player(SCRIPT), False, 0
    for control, value in pressed:
        player = control(player, value)
        assert 0 <= place <= player.place < len(TURNS)
        assert player.ended or not ended
        assert not (player.playing and (player.ended or player.stage == "failed"))
        assert (player.problem is not None) == (player.stage == "failed")
        assert player.speed in SPEEDS
        assert player.spent >= 0
        assert player.turn.message.startswith(player.typed)
        ended, place = player.ended, player.place
