"""Where cases come from: a starter set, a file, a turn of a session."""

from __future__ import annotations

from typing import Final, cast

import streamlit as st
from pydantic import ValidationError

from playground.browser import url
from playground.evaluate import chosen_arms
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.draft import NAME, empty_draft, with_cases, with_cases_of
from playground.evaluate.state import revision, upload_key, uploaded
from playground.intent import languages
from playground.look import words
from playground.look.safe_text import literal
from playground.sessions.database import StoreError
from playground.suites.gathering import Gathered
from playground.suites.own_sessions import suite_from_sessions, suite_from_turn
from playground.suites.reading import ENDINGS, read_file
from playground.suites.starters import LANGUAGES, load_starter
from playground.suites.suite import MOST_ARMS, Suite, SuiteError
from speko_client.models import Vertical

_MOST_BYTES: Final = 10 * 1024 * 1024
_NOTHING: Final = Suite(name=NAME), Gathered()
_ABOUT: Final = (
    "Ask the same questions of the router and of single providers, check every answer, and see "
    "in figures who does better. Then route by what you measured."
)


def first_screen(desk: EvaluateDesk) -> None:
    """What the page is for, and the shortest way to a first result."""
    st.markdown(_ABOUT)
    with st.container(border=True, key="evaluate-first"):
        st.header("Begin with a starter set", anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            vertical, language = _choice("first")
            st.button(
                "Run it",
                type="primary",
                icon=":material/play_arrow:",
                disabled=desk.server is None,
                on_click=_run_starter,
                args=(desk, vertical, language),
                key="evaluate-run-starter",
            )
        st.caption(literal(_who(desk)))


def _run_starter(desk: EvaluateDesk, vertical: Vertical, language: str) -> None:
    _take_starter(desk, vertical, language)
    desk.start(desk.draft.to_run(desk.callable_now)[0])


def _who(desk: EvaluateDesk) -> str:
    """Who would be asked, and whether for real."""
    arms = desk.draft.suite.arms
    names = ", ".join(arm.label for arm in arms)
    said = f"15 cases, each checked without a judge. Asked: {names}."
    if desk.facts.fleet is not None and desk.facts.fleet.demo:
        said += (
            " The vendors are simulated: it shows how this works, and says nothing about their "
            "quality."
        )
    return said


def sources(desk: EvaluateDesk) -> None:
    """Ways to bring cases in, folded; what is there is replaced or added to."""
    with st.container(horizontal=True, gap="small", key="evaluate-sources"):
        with st.popover(
            "Starter set", icon=":material/inventory_2:", key=f"evaluate-starters-{revision()}"
        ):
            vertical, language = _choice("more")
            st.button(
                "Take these 15 cases",
                on_click=_take_starter,
                args=(desk, vertical, language),
                key="evaluate-take-starter",
            )
        with st.popover(
            "Upload", icon=":material/upload_file:", key=f"evaluate-upload-{revision()}"
        ):
            _upload(desk)
        if desk.draft.suite.cases or desk.draft.rows:
            st.button(
                "Start anew",
                icon=":material/restart_alt:",
                type="tertiary",
                on_click=lambda: desk.replace(
                    with_cases_of(desk.draft, empty_draft().suite.model_copy(update={"arms": ()}))
                ),
                key="evaluate-anew",
            )


def _choice(name: str) -> tuple[Vertical, str]:
    vertical = st.selectbox(
        "Vertical",
        list(words.VERTICALS),
        format_func=words.VERTICALS.__getitem__,
        key=f"evaluate-{name}-vertical",
        width=180,
    )
    language = st.selectbox(
        "Language",
        LANGUAGES,
        format_func=languages.name,
        key=f"evaluate-{name}-language",
        width=180,
    )
    return cast("Vertical", vertical or "general"), language or "en"


def _take_starter(desk: EvaluateDesk, vertical: Vertical, language: str) -> None:
    desk.replace(with_cases_of(desk.draft, load_starter(vertical, language)))


def _upload(desk: EvaluateDesk) -> None:
    st.caption(
        "CSV, JSONL, a suite (YAML or JSON), or promptfooconfig.yaml. What cannot be carried over "
        "is listed."
    )
    file = st.file_uploader(
        "File with cases",
        list(ENDINGS),
        key=upload_key(),
    )
    if file is None:
        return
    try:
        read = read_file(file.name, file.getvalue())
    except SuiteError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    uploaded()
    desk.replace(with_cases_of(desk.draft, read.suite, read.notes))
    st.rerun()


def add_candidates_of_link(desk: EvaluateDesk) -> None:
    """Take the candidates that "Measure" led here with as arms, for the intent that it names."""
    candidates, language, vertical = url.take_to_measure()
    if not candidates:
        return
    suite = desk.draft.suite
    pins = list(dict.fromkeys((*chosen_arms.pins(suite.arms), *candidates)))
    try:
        arms = chosen_arms.with_pins(suite.arms, pins)[:MOST_ARMS]
        intent = {"language": language or suite.language, "vertical": vertical or suite.vertical}
        changed = Suite.model_validate({**dict(suite), **intent, "arms": arms})
    except ValidationError:
        st.warning("This link names a model, a language or a vertical that cannot be measured.")
        return
    desk.replace(desk.draft.model_copy(update={"suite": changed}))
    st.toast(f"{words.counted(len(candidates), 'model')} to measure. Choose the cases below.")


def add_cases_of_link(desk: EvaluateDesk) -> None:
    """Take what a link led here with, a turn or whole sessions, as more cases."""
    turn_id, conversation_id = url.turn_to_compare(), url.conversation_id()
    sessions = url.sessions_to_evaluate()
    if not sessions and (turn_id is None or conversation_id is None):
        return
    url.forget_cases_of_link()
    try:
        if turn_id is not None and conversation_id is not None:
            found = desk.store.load(conversation_id)
            suite, gathered = suite_from_turn(found, turn_id, NAME) if found else _NOTHING
        else:
            loaded = [each for name in sessions if (each := desk.store.load(name)) is not None]
            suite, gathered = suite_from_sessions(loaded, NAME) if loaded else _NOTHING
    except (StoreError, SuiteError) as error:
        st.warning(literal(str(error)))
        return
    if not suite.cases:
        st.warning("Nothing of it is here any more: it was deleted.")
        return
    desk.replace(with_cases(desk.draft, suite.cases, tuple(map(str, gathered.left_out))))
    st.toast(f"{words.counted(len(suite.cases), 'new case')}. Say what a right answer is like.")
