"""The Markdown file reads as the conversation, and no text in it can pass for a part of it."""

from __future__ import annotations

from hypothesis import given, settings
from markdown_it import MarkdownIt

from playground.exports.markdown import session_markdown
from playground.sessions.turns import Answer, Conversation, TurnError, TurnSettings
from tests.any_sessions import whole_sessions
from tests.turns import answered, conversation, failed, turn, used

EXPECTED = """\
# Leases

A session of Speko Playground, begun 2026-04-01 12:00 UTC. 1 turn on other branches is in the JSON \
file only.

## 1. Message

```text
When?
```

### OpenAI gpt-4o (simulated, scripted)

> Tuesday, I **think**.

**Receipt.** xai/grok-2 timed out after 5.0 s, so openai/gpt-4o answered.

- Attempt: xai/grok-2 timed out after 5.0 s, 5 ms
- Attempt: openai/gpt-4o answered, 7 ms
- Intent: English · en, General, optimised for balanced
- Server: Embedded gateway
- Words: simulated, scripted
- Tokens: 3 in · 7 out tokens
- Temperature: 0.2
- System prompt: Be kind

## 2. Message

````text
# Not a heading
```
````

### No answer

Failed: It broke. Retry.

**Receipt.** Nobody answered.

- Intent: English · en, General, optimised for balanced
- Server: Embedded gateway
- Error: TIMEOUT, HTTP status none
"""


def test_the_file_as_a_person_reads_it() -> None:
    answer = Answer(
        text="Tuesday, I **think**.",
        provider="openai",
        model="gpt-4o",
        simulated=True,
        usage=used(3, 7),
        attempts=(failed("xai", "grok-2"), answered("openai", "gpt-4o")),
    )
    form = TurnSettings(temperature=0.2, system_prompt="Be kind")
    error = TurnError(message="It broke.", code="TIMEOUT", advice="Retry.")
    session = conversation(
        turn("a", message="When?", settings=form, answer=answer),
        turn("b", "a"),
        turn("d", "a", message="# Not a heading\n```", text="", status="failed", error=error),
        title="Leases",
    )
    assert session_markdown(session).decode() == EXPECTED


def test_the_seats_of_a_comparison_answer_one_message() -> None:
    seats = [turn(seat, message="Hi", seat=seat, message_id="m") for seat in "ab"]
    text = session_markdown(conversation(*seats)).decode()
    assert text.count("```text\nHi\n```") == 1
    assert text.index("### Seat A: ") < text.index("### Seat B: ")


@settings(max_examples=60)
@given(whole_sessions())
def test_no_text_makes_a_heading_of_its_own(session: Conversation) -> None:
    tokens = MarkdownIt().parse(session_markdown(session).decode())
    headings = [
        (token.tag, tokens[place + 1].content)
        for place, token in enumerate(tokens)
        if token.type == "heading_open" and token.level == 0
    ]
    asked = [content for tag, content in headings if tag == "h2"]
    assert asked == [f"{number}. Message" for number in range(1, len(session.path()) + 1)]
    assert sum(tag == "h1" for tag, _ in headings) == 1
    assert sum(tag == "h3" for tag, _ in headings) == len(session.path())
