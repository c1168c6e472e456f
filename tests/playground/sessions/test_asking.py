"""One turn over the wire: what is sent, what comes back as it grows, what is measured."""

from __future__ import annotations

import itertools
from contextlib import aclosing
from dataclasses import replace

import pytest

from playground.servers.connection import Connection
from playground.sessions.asking import messages_of, run_turn
from playground.sessions.turns import Answer, Turn, TurnSettings
from speko_client import SpekoApiError, SpekoStreamError
from speko_client.models import DRILL_HEADER, OUTAGE_HEADER, Drill, Fault
from tests.patience import PATIENCE
from tests.playground.servers.wire_server import META, ThreadedWireServer, Wire, holds, says
from tests.turns import turn

ATTEMPT = {"provider": "openai", "model": "gpt-4o", "outcome": "answered"}
STAGED = {OUTAGE_HEADER.lower(), DRILL_HEADER.lower()}


async def asked(
    connection: Connection, settings: TurnSettings | None = None, history: tuple[Turn, ...] = ()
) -> list[Answer]:
    """The answers that a turn yields, in order; the clock ticks a second at each look."""
    ticks = itertools.count()
    answers = run_turn(
        connection, history, "Hi", settings or TurnSettings(), clock=lambda: float(next(ticks))
    )
    return [answer async for answer in answers]


async def test_the_answer_grows_and_ends_whole(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    attempts = [{"provider": "openai", "model": "gpt-4o", "outcome": "answered", "durationMs": 5}]
    wire.script = says(
        "Good", " morning.", attempts=attempts, simulated=True, kind="simulated", words="scripted"
    )
    answers = await asked(gateway)
    assert [answer.text for answer in answers] == ["", "Good", "Good morning.", "Good morning."]
    assert {answer.provider for answer in answers} == {"openai"}
    last = answers[-1]
    assert last.usage is not None
    assert (last.usage.prompt_tokens, last.usage.completion_tokens) == (12, 3)
    assert (last.simulated, last.kind, last.words) == (True, "simulated", "scripted")
    assert last.attempts[0].duration_ms == 5
    assert (last.failover_count, last.scores_run_id) == (0, "demo-1")


async def test_a_simulated_vendors_time_is_its_own_while_the_answer_grows_too(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    attempts = [{**ATTEMPT, "outcome": "failed", "durationMs": 60}, {**ATTEMPT, "durationMs": 290}]
    meta = {"attempts": attempts, "simulated": True, "kind": "simulated"}
    wire.script = says("Good", " morning.", meta=meta)
    answers = await asked(gateway)  # the words come in the second and the third second
    grown = [answer.timing for answer in answers[1:3] if answer.timing]
    assert [each.ttft_ms for each in grown] == [350, 350]
    assert [each.late_ms for each in grown] == [1650, 1650]
    assert [each.total_ms for each in grown] == [350, 1350]


async def test_a_field_that_is_not_set_is_not_sent(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    await asked(gateway, TurnSettings(vertical=None))
    assert wire.asked[0].body == {
        "messages": [{"role": "user", "content": "Hi"}],
        "intent": {"language": "en", "optimizeFor": "balanced"},
    }
    assert not STAGED & {*wire.asked[0].headers}


async def test_every_control_of_the_form_is_sent(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    form = TurnSettings(
        language="es-MX",
        vertical="healthcare",
        region="us-east4",
        optimize_for="latency",
        temperature=0.0,
        max_tokens=64,
        system_prompt="You are brief.",
        allowed=("anthropic", "openai:gpt-4o"),
        drill=(Fault(target="openai"), Fault(target="anthropic:claude-3-5-haiku")),
    )
    await asked(gateway, form)
    assert wire.asked[0].body == {
        "messages": [{"role": "user", "content": "Hi"}],
        "intent": {
            "language": "es-MX",
            "vertical": "healthcare",
            "region": "us-east4",
            "optimizeFor": "latency",
        },
        "systemPrompt": "You are brief.",
        "temperature": 0.0,
        "maxTokens": 64,
        "constraints": {"allowedProviders": {"llm": ["anthropic", "openai:gpt-4o"]}},
    }
    sent = wire.asked[0].headers[DRILL_HEADER.lower()]
    assert sent == Drill(faults=list(form.drill)).to_header()


async def test_another_server_gets_neither_the_vertical_nor_the_drill(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    hosted = replace(gateway, takes_vertical=False, embedded=False)
    await asked(hosted, TurnSettings(vertical="legal", drill=(Fault(target="openai"),)))
    assert "vertical" not in wire.asked[0].body["intent"]
    assert not STAGED & {*wire.asked[0].headers}


async def test_where_the_server_tells_no_timing_it_is_measured(gateway: Connection) -> None:
    last = (await asked(gateway))[-1]
    assert last.timing is not None
    # The clock: 0 at the start, 1 at meta, 2 and 3 at the deltas, 4 at done.
    assert (last.timing.ttft_ms, last.timing.total_ms) == (2000, 4000)


async def test_the_servers_own_timing_counts(wire: ThreadedWireServer, gateway: Connection) -> None:
    wire.script = says("Hi.", timing={"ttftMs": 7, "totalMs": 9})
    last = (await asked(gateway))[-1]
    assert last.timing is not None
    assert (last.timing.ttft_ms, last.timing.total_ms) == (7, 9)


async def test_a_stream_that_ends_in_an_error_is_raised_with_its_attempts(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    async def breaks(wire: Wire) -> None:
        await wire.start()
        await wire.event("meta", META)
        await wire.event("delta", {"text": "Half"})
        await wire.event("error", {"error": "It broke.", "code": "STREAM_ERROR", "attempts": []})

    wire.script = breaks
    with pytest.raises(SpekoStreamError, match=r"It broke\.") as caught:
        await asked(gateway)
    assert caught.value.partial_text == "Half"


async def test_a_tool_that_the_server_runs_changes_nothing_of_the_answer(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    async def looks_up(wire: Wire) -> None:
        await wire.start()
        await wire.event("meta", META)
        for status in ("started", "completed", "of a later version"):
            await wire.event("server_tool_call", {"id": "1", "name": "clock", "status": status})
        await wire.event("delta", {"text": "Noon."})
        await wire.event("done", {**META, "text": "Noon."})

    wire.script = looks_up
    assert (await asked(gateway))[-1].text == "Noon."


async def test_a_stream_that_just_ends_is_an_error(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    async def ends(wire: Wire) -> None:
        await wire.start()
        await wire.event("meta", META)

    wire.script = ends
    with pytest.raises(SpekoStreamError) as caught:
        await asked(gateway)
    assert caught.value.code == "STREAM_ENDED"


async def test_a_refused_request_is_raised(wire: ThreadedWireServer, gateway: Connection) -> None:
    async def refuses(wire: Wire) -> None:
        await wire.fail(500, {"error": "Nobody is left.", "code": "COMPLETE_FAILED"})

    wire.script = refuses
    with pytest.raises(SpekoApiError) as caught:
        await asked(gateway)
    assert caught.value.code == "COMPLETE_FAILED"


async def test_closing_it_cancels_the_request(
    wire: ThreadedWireServer, gateway: Connection
) -> None:
    wire.script = holds("Part")
    async with aclosing(run_turn(gateway, (), "Hi", TurnSettings())) as answers:
        async for answer in answers:
            if answer.text:
                break
    assert wire.asked[0].gone.wait(PATIENCE)


def test_the_conversation_so_far_alternates() -> None:
    history = (
        turn("a", text="One."),
        turn("b", status="failed", text=""),
        turn("c", status="stopped", text="Half of"),
        turn("d", status="stopped", text=""),
        turn("e", status="interrupted", text="Cut"),
    )
    sent = [(message.role, message.content) for message in messages_of(history, "Now")]
    assert sent == [
        ("user", "Message a"),
        ("assistant", "One."),
        ("user", "Message c"),
        ("assistant", "Half of"),
        ("user", "Message e"),
        ("assistant", "Cut"),
        ("user", "Now"),
    ]


def test_settings_that_were_stored_without_a_preset_can_be_read() -> None:
    stored = TurnSettings().model_dump_json().replace('"balanced"', "null")
    assert TurnSettings.model_validate_json(stored) == TurnSettings()
