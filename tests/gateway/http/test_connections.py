"""How many connections there may be, and which one makes room: by example and by property."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speko_gateway.config import Limits
from speko_gateway.http.connections import Connections, Doing, address_of


@dataclass(eq=False)
class Caller:
    """A connection that notes what becomes of it."""

    address: str = "192.0.2.1"
    now: dict[Doing, object] = field(default_factory=dict)
    closed: bool = False
    ended: Doing | None = None

    def doing(self) -> dict[Doing, object]:
        return self.now

    def let_go(self) -> None:
        self.closed = True

    def end(self, doing: Doing) -> None:
        self.ended = doing


def admitted(gate: Connections, count: int) -> list[Caller]:
    callers = [Caller() for _ in range(count)]
    assert all(gate.admit(each) for each in callers)
    return callers


def test_a_silent_connection_makes_room_and_a_kept_one_before_it() -> None:
    gate = Connections(Limits(address_connections=3))
    silent, kept, busy = admitted(gate, 3)
    for each in (kept, busy):
        gate.works(each)
    gate.waits(kept)
    assert gate.admit(Caller())
    assert (silent.closed, kept.closed, busy.closed) == (False, True, False)
    assert gate.admit(Caller())
    assert (silent.closed, busy.closed) == (True, False)


def test_where_all_are_at_work_a_new_one_is_turned_away() -> None:
    gate = Connections(Limits(address_connections=2))
    for each in admitted(gate, 2):
        gate.works(each)
    assert not gate.admit(Caller())
    assert gate.admit(Caller("192.0.2.2"))


def test_who_holds_the_most_makes_room_for_all() -> None:
    gate = Connections(Limits(connections=4))
    greedy, modest = admitted(gate, 3), Caller("192.0.2.2")
    assert gate.admit(modest)
    assert gate.admit(Caller("192.0.2.3"))
    assert [each.closed for each in (*greedy, modest)] == [True, False, False, False]


@pytest.mark.parametrize(
    ("doing", "seconds"),
    [(Doing.HEAD, 10), (Doing.BODY, 60), (Doing.TAKING, 20), (Doing.ANSWER, 320)],
)
def test_what_does_not_move_on_is_ended_in_time(doing: Doing, seconds: int) -> None:
    gate, stuck, moving = Connections(Limits()), Caller(now={doing: 1}), Caller()
    gate.admit(stuck)
    gate.admit(moving)
    for second in range(seconds + 1):
        moving.now = {doing: second}
        gate.look(1000.0 + second)
        assert stuck.ended is None
    gate.look(1001.0 + seconds)
    assert stuck.ended is doing
    assert moving.ended is None


def test_it_says_when_no_descriptor_is_left(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(os, "devnull", "/no/such/file")  # opening fails, as it does then
    Connections(Limits()).look(0.0)
    assert "No descriptor is left" in caplog.text


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
    ],
)
def test_an_ipv6_network_counts_as_one_address(one: str, other: str, same: bool) -> None:
    assert (address_of(one) == address_of(other)) is same


STEPS = st.lists(
    st.tuples(st.sampled_from(["come", "work", "wait", "go"]), st.integers(0, 9)), max_size=60
)


@given(STEPS)
def test_the_limits_hold_and_nobody_at_work_is_let_go(steps: list[tuple[str, int]]) -> None:
    gate = Connections(Limits(connections=5, address_connections=3))
    live: list[Caller] = []
    at_work: set[Caller] = set()
    for step, number in steps:
        if step == "come":
            new = Caller(f"192.0.2.{number % 3}")
            live += [new] if gate.admit(new) else []
            assert not any(each.closed for each in at_work)
            live = [each for each in live if not each.closed]
        elif live:
            chosen = live[number % len(live)]
            if step == "work":
                gate.works(chosen)
                at_work.add(chosen)
            elif step == "wait" and chosen in at_work:
                gate.waits(chosen)
                at_work.discard(chosen)
            elif step == "go":
                gate.gone(chosen)
                live.remove(chosen)
                at_work.discard(chosen)
        assert len(gate) == len(live) <= 5
        assert set(gate) == set(live)
        for address in {each.address for each in live}:
            assert sum(each.address == address for each in live) <= 3
