"""Set up: cases, the prompt, checks, arms, the judge, and what a run would take."""

from __future__ import annotations

import streamlit as st

from playground.browser import widgets
from playground.evaluate.arms_view import arms_view
from playground.evaluate.cases_view import cases_view
from playground.evaluate.checks_view import checks_view
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.draft import is_untouched
from playground.evaluate.sources_view import (
    add_candidates_of_link,
    add_cases_of_link,
    first_screen,
    sources,
)
from playground.evaluate.start_view import start_view
from playground.evaluate.state import revision
from playground.intent import languages
from playground.intent.number_view import number_field, tell
from playground.intent.numbers import Limits
from playground.look import words
from playground.look.safe_text import literal
from playground.servers import pool
from playground.suites.suite import MOST_REPEATS, Judge
from speko_client.models import KnownProvider

_LONGEST_NAME = 200
_LONGEST_TEXT = 200_000


def setup_view(desk: EvaluateDesk) -> None:
    """All of it, from the cases to the button that runs them."""
    add_cases_of_link(desk)
    add_candidates_of_link(desk)
    if is_untouched(desk.draft):
        first_screen(desk)
    else:
        _name(desk)
    for note in desk.draft.notes:
        st.info(literal(note), icon=":material/info:")
    with st.container(border=True, key="evaluate-cases-card"):
        st.header("Cases", anchor=False)
        sources(desk)
        cases_view(desk)
        _prompt(desk)
    with st.container(border=True, key="evaluate-checks-card"):
        st.header("Checks", anchor=False)
        st.caption("These hold for every answer. A case can have more of its own.")
        checks_view(desk)
    with st.container(border=True, key="evaluate-arms-card"):
        st.header("Arms: who is asked", anchor=False)
        arms_view(desk)
        _intent(desk)
        _judge(desk)
    with st.container(border=True, key="evaluate-start-card"):
        start_view(desk)


def _name(desk: EvaluateDesk) -> None:
    name = st.text_input(
        "Name of this evaluation",
        max_chars=_LONGEST_NAME,
        key=widgets.seed(_key("name"), desk.draft.suite.name),
        width=460,
    )
    desk.keep_suite(name=name.strip() or desk.draft.suite.name)


def _prompt(desk: EvaluateDesk) -> None:
    suite = desk.draft.suite
    with st.expander("Prompt and system prompt", key=_key("prompts")):
        prompt = st.text_area(
            "Prompt, with {{variables}}",
            max_chars=_LONGEST_TEXT,
            key=widgets.seed(_key("prompt"), suite.prompt),
            help="Each {{name}} is filled from the case's column of that name.",
        )
        system = st.text_area(
            "System prompt",
            max_chars=_LONGEST_TEXT,
            key=widgets.seed(_key("system"), suite.system_prompt),
        )
    desk.keep_suite(prompt=prompt if prompt.strip() else suite.prompt, system_prompt=system)


def _intent(desk: EvaluateDesk) -> None:
    """What the router chooses by, how often each case is asked, and how the answers are made."""
    suite = desk.draft.suite
    offered = languages.tags()
    options = offered if suite.language in offered else (suite.language, *offered)
    with st.container(horizontal=True):
        language = st.selectbox(
            "Language",
            options,
            format_func=languages.label,
            key=widgets.seed(_key("language"), suite.language),
            width=210,
        )
        vertical = st.selectbox(
            "Vertical",
            list(words.VERTICALS),
            format_func=words.VERTICALS.__getitem__,
            key=widgets.seed(_key("vertical"), suite.vertical),
            width=150,
        )
        fields = {
            "repeats": ("Repeats", Limits(1, MOST_REPEATS, empty=1)),
            "temperature": ("Temperature", Limits(0, 2, digits=2)),
            "max_tokens": ("Most tokens", Limits(1, 1_000_000)),
        }
        entries = {
            name: number_field(st, label, limits, _key(name), getattr(suite, name), width=120)
            for name, (label, limits) in fields.items()
        }
    found: dict[str, object] = {
        "language": language or suite.language,
        "vertical": vertical or suite.vertical,
    }
    for name, (label, limits) in fields.items():
        if not tell(label, entries[name]):
            value = entries[name].value
            found[name] = int(value) if value is not None and not limits.digits else value
    desk.keep_suite(**found)


def _judge(desk: EvaluateDesk) -> None:
    """A model that judges, where somebody wants one; it is no arm."""
    suite = desk.draft.suite
    rows = pool.by_id(pool.remaining(desk.facts.known, ()))
    now = suite.judge.pin if suite.judge else ""
    arms = {arm.pin for arm in suite.arms}
    free = [pin for pin in rows if pin not in arms or pin == now]
    options = ["", *free, *([now] if now and now not in free else [])]
    with st.expander("A judge", key=_key("judge-box"), expanded=suite.judge is not None):
        st.caption(
            "A model that compares each answer with the ideal one. It costs calls of its own."
        )
        pin = st.selectbox(
            "Who judges",
            options,
            format_func=lambda each: "Nobody" if not each else _named(rows.get(each), each),
            key=widgets.seed(_key("judge"), now, options),
        )
        if not pin:
            desk.keep_suite(judge=None)
            return
        judge = suite.judge or Judge(pin=pin)
        criteria = st.text_area(
            "By what",
            max_chars=_LONGEST_TEXT,
            key=widgets.seed(_key("criteria"), judge.criteria),
            height=70,
        )
        pairwise = st.toggle(
            "Also compare each arm’s answer with the baseline’s, both ways round",
            key=widgets.seed(_key("pairwise"), judge.pairwise),
        )
        update = {"pin": pin, "criteria": criteria or judge.criteria, "pairwise": pairwise}
        desk.keep_suite(judge=judge.model_copy(update=update))


def _named(row: KnownProvider | None, pin: str) -> str:
    return pool.option_label(row) if row else pin


def _key(name: str) -> str:
    return f"evaluate-{name}-{revision()}"
