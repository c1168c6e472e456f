"""One turn on the page: the message, the answer or the error, chips, and the details."""

from __future__ import annotations

import json
from collections.abc import Callable

import streamlit as st

from playground import languages, wording
from playground.chips import chips_html
from playground.components.style import is_dark, themed
from playground.request_detail import request_detail
from playground.safe_markdown import safe_markdown
from playground.turns import Turn

Retry = Callable[[Turn], None]

PERSON = ":material/person:"
ASSISTANT = ":material/alt_route:"

_UNFINISHED = ("failed", "stopped", "interrupted")


def turn_view(turn: Turn, retry: Retry, *, can_retry: bool) -> None:
    """Draw a turn that is not running. ``retry`` asks the same again, as a sibling turn."""
    message_view(turn)
    with st.chat_message("assistant", avatar=ASSISTANT):
        if turn.answer.text:
            st.markdown(safe_markdown(turn.answer.text))
        if turn.error is not None:
            _error_view(turn)
        elif note := wording.status_note(turn):
            st.caption(f":material/stop_circle: {note}")
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"under-{turn.id}"
        ):
            if turn.answer.provider:
                st.html(themed(chips_html(turn, dark=is_dark())), width="content")
            _details(turn)
            if turn.status in _UNFINISHED:
                st.button(
                    "Retry",
                    icon=":material/refresh:",
                    type="tertiary",
                    key=f"retry-{turn.id}",
                    on_click=retry,
                    args=(turn,),
                    disabled=not can_retry,
                )


def message_view(turn: Turn) -> None:
    """What the person wrote."""
    with st.chat_message("user", avatar=PERSON):
        st.markdown(safe_markdown(turn.message))


def _error_view(turn: Turn) -> None:
    error = turn.error
    if error is None:
        return
    lead = "The answer broke off. " if turn.answer.text else ""
    st.error(safe_markdown(f"{lead}{error.message}\n\n{error.advice}"), icon=":material/error:")


def _details(turn: Turn) -> None:
    story = wording.failover_story(turn.answer)
    details = st.popover(
        "What happened" if story else "Details",
        icon=":material/alt_route:" if story else ":material/info:",
        type="tertiary",
        key=f"details-{turn.id}",
        on_change="rerun",
    )
    if details.open:
        with details:
            _details_body(turn, story)


def _details_body(turn: Turn, story: str | None) -> None:
    if story:
        st.markdown(f"**{safe_markdown(story)}.**".replace("..**", ".**"))
    if turn.answer.attempts:
        st.table(
            [
                {
                    "Tried": wording.candidate(attempt.provider, attempt.model),
                    "Outcome": attempt.outcome if attempt.code is None else attempt.code,
                    "After": wording.milliseconds(attempt.duration_ms),
                }
                for attempt in turn.answer.attempts
            ]
        )
    for note in turn.answer.notes:
        st.caption(note)
    st.markdown("\n".join(f"- {line}" for line in _facts(turn)))
    st.caption("The request, to copy:")
    st.code(json.dumps(request_detail(turn), indent=2, ensure_ascii=False), language="json")


def _facts(turn: Turn) -> list[str]:
    settings, answer = turn.settings, turn.answer
    intent = [languages.label(settings.language)]
    if settings.vertical:
        intent.append(wording.VERTICALS[settings.vertical])
    if settings.optimize_for:
        intent.append(wording.OPTIMIZE_FOR[settings.optimize_for].lower())
    facts = [f"Intent: {', '.join(intent)}", f"Server: {turn.connection}"]
    if answer.scores_run_id:
        facts.append(f"Scores snapshot: `{answer.scores_run_id}`")
    if source := wording.source(answer):
        facts.append(f"Words: {source}")
    if answer.usage is not None and answer.usage.estimated:
        facts.append("Tokens are estimated: no tokenizer counted them")
    if answer.cost_usd is not None:
        facts.append(f"Cost: estimated from list prices ({answer.price_source})")
    if turn.error is not None:
        facts.append(f"Error: `{turn.error.code}`, HTTP status {turn.error.status or 'none'}")
    return facts
