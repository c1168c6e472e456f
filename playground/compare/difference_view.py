"""Two answers to one message word by word: chosen, and compared, once it is unfolded."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from playground.browser import widgets
from playground.compare.seat_words import asked_then, full_name
from playground.look.differences import difference_html
from playground.look.safe_text import unseen
from playground.sessions.turns import Turn


def difference_view(turns: Sequence[Turn]) -> None:
    """Any two of a message's answers; nothing where fewer than two have a text.

    What still arrives is not among them.
    """
    answered = [turn for turn in turns if turn.answer.text and turn.status != "running"]
    answers = sorted(answered, key=lambda turn: turn.seat or "")
    if len(answers) < 2:
        return
    first = turns[0]
    name = first.message_id or first.id
    place = st.expander(
        f"Differences word by word{unseen(f'after {first.message}'[:60])}",
        icon=":material/difference:",
        key=f"difference-{name}",
        on_change="rerun",
    )
    if place.open:
        with place:
            _chosen(answers, name)


def _chosen(answers: Sequence[Turn], name: str) -> None:
    """The first two answers, until others are chosen."""
    texts = {turn.id: turn.answer.text for turn in answers}
    names = {turn.id: who(turn, answers) for turn in answers}
    with st.container(horizontal=True, key=f"difference-of-{name}"):
        one, other = (
            st.selectbox(
                label,
                list(names),
                format_func=names.__getitem__,
                key=widgets.seed(f"difference-{place}-{name}", list(names)[place], names),
            )
            for place, label in enumerate(("This answer", "and this one"))
        )
    if one == other:
        st.info("This is one and the same answer. Choose another one beside it.")
        return
    if texts[one] == texts[other]:
        st.info("Both say the same, word for word.")
        return
    st.caption("~~Struck through~~: only in the first. Underlined: only in the second.")
    st.html(difference_html(texts[one], texts[other]))


def who(turn: Turn, answers: Sequence[Turn]) -> str:
    """``B OpenAI gpt-4o``; of a seat that was asked again, which try it is."""
    tries = [each.id for each in answers if each.seat == turn.seat]
    again = f", try {tries.index(turn.id) + 1}" if len(tries) > 1 else ""
    return f"{full_name(asked_then(turn))}{again}"
