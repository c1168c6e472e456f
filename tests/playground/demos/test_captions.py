"""Captions with the facts of their turns put in; what is not known is said to be so."""

from __future__ import annotations

from playground.demos.captions import caption_after, closing_caption
from playground.demos.script import DemoCaption, DemoScript, DemoTurn
from playground.demos.stage import faults_line
from speko_client.models import Fault, Timing
from tests.turns import answered, failed, served

EVERY_WORD = "{served}|{provider}|{failed}|{ttft}|{total}|{failovers}"
SCRIPTED = DemoTurn(message="Hi", caption=DemoCaption(after=EVERY_WORD))


def test_a_caption_tells_the_turns_own_facts() -> None:
    attempts = (failed("openai"), failed("openai"), failed("xai"), answered("google", "g-2"))
    timing = Timing(ttft_ms=290, total_ms=1400)
    turn = served(1, "google", "g-2", attempts=attempts, timing=timing, failover_count=3)
    told = caption_after(SCRIPTED, turn)
    assert told == "Google g-2|Google|OpenAI and xAI|290 ms|1.4 s|3 failovers"


def test_what_a_server_does_not_tell_is_not_made_up() -> None:
    told = caption_after(SCRIPTED, served(1, "google", "g-2", failover_count=1))
    unknown = "an unknown time"
    assert told == f"Google g-2|Google|the first choice|{unknown}|{unknown}|1 failover"


def test_a_failover_has_a_caption_of_its_own_where_there_is_one() -> None:
    caption = DemoCaption(after="As ever.", failed_over="Over from {failed}.")
    turn = DemoTurn(message="Hi", caption=caption)
    over = served(1, attempts=(failed("xai"), answered("openai", "gpt-4o")))
    assert caption_after(turn, over) == "Over from xAI."
    assert caption_after(turn, served(1)) == "As ever."


def test_a_script_without_a_closing_line_has_one() -> None:
    script = DemoScript(title="A", turns=(SCRIPTED, SCRIPTED))
    assert closing_caption(script, [served(1)]) == "1 of 2 answered."


def test_faults_are_said_in_words() -> None:
    faults = (Fault(target="openai", kind="rate_limited"), Fault(target="google:g-2"))
    line = faults_line(faults)
    assert line == "OpenAI is rate limited, Google g-2 is down"
