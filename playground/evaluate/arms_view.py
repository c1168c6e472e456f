"""The arms of a suite: the router by its presets, candidates by themselves, what-ifs, settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

import pandas as pd
import streamlit as st

from playground.browser import widgets
from playground.evaluate import chosen_arms
from playground.evaluate.chosen_arms import Arms
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.state import revision, sheet, sheet_key
from playground.look.safe_text import literal, unseen
from playground.look.words import OPTIMIZE_FOR
from playground.servers import pool
from playground.suites.suite import MOST_ARMS, Arm
from speko_client.models import OptimizeFor

_SETTINGS: Final = ("name", "temperature", "max_tokens", "system_prompt", "prompt")


def arms_view(desk: EvaluateDesk) -> None:
    """Who is asked, and by which settings."""
    arms, saved = desk.draft.suite.arms, desk.what_ifs
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.pills(
            "The router, optimising for",
            get_args(OptimizeFor),
            selection_mode="multi",
            format_func=OPTIMIZE_FOR.__getitem__,
            key=widgets.seed(_key("presets"), chosen_arms.presets(arms)),
        )
        st.button(
            "The router against every provider",
            icon=":material/groups:",
            on_click=_everyone,
            args=(desk,),
            disabled=not desk.callable_now,
            key="evaluate-everyone",
        )
    arms = chosen_arms.with_presets(arms, chosen or [])
    arms = chosen_arms.with_pins(arms, _pins(desk, arms))
    if saved:
        names = {each: what_if.name for each, what_if in saved.items()}
        picked = st.multiselect(
            "Saved what-ifs",
            list(names),
            format_func=names.__getitem__,
            key=widgets.seed(_key("what-ifs"), chosen_arms.what_ifs(arms, saved)),
        )
        arms = chosen_arms.with_what_ifs(arms, {each: saved[each] for each in picked}, saved)
    if len(arms) > MOST_ARMS:
        st.warning(f"{MOST_ARMS} arms are the most there may be: the last ones are left out.")
    desk.keep_suite(arms=arms[:MOST_ARMS])
    _others(desk)
    _settings(desk)


def _pins(desk: EvaluateDesk, arms: Arms) -> list[str]:
    """The candidates that are picked; those that cannot be asked now stay, and are marked."""
    rows = pool.by_id(pool.models(desk.facts.known))
    here = [each for each in rows if rows[each].available is not False]
    now = chosen_arms.pins(arms)
    options = [*here, *(pin for pin in now if pin not in here)]

    def label(pin: str) -> str:
        if pin not in rows:
            return pin
        row = rows[pin]
        source = "" if row.simulated is not True else " · simulated"
        return f"{pool.option_label(row)}{source}"

    return st.multiselect(
        "Candidates by themselves",
        options,
        format_func=label,
        placeholder="Choose candidates to measure the router against",
        key=widgets.seed(_key("pins"), list(dict.fromkeys(now))),
    )


def _others(desk: EvaluateDesk) -> None:
    """Arms of a suite file that no choice above stands for."""
    for arm in chosen_arms.others(desk.draft.suite.arms, desk.what_ifs):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(literal(f"{arm.label}, as in the suite's file"))
            st.button(
                f"Leave it out{unseen(arm.label)}",
                type="tertiary",
                on_click=_leave_out,
                args=(desk, arm.id),
                key=f"evaluate-out-{arm.id}",
            )


def _settings(desk: EvaluateDesk) -> None:
    """What each arm does in its own way; empty: as the suite says."""
    arms = desk.draft.suite.arms
    opened = st.expander("Settings of each arm", key="evaluate-settings", on_change="rerun")
    if not arms or not opened.open:
        return
    ids = ",".join(arm.id for arm in arms)
    key = sheet_key(f"settings-{ids}")
    frame = sheet(key, lambda: pd.DataFrame([_line(arm) for arm in arms]).astype(_TYPES))
    with opened:
        edited = st.data_editor(
            frame,
            key=key,
            hide_index=True,
            column_config=_columns(),
            placeholder="",
            alt="Settings of each arm: what is empty is as the suite says",
        )
    lines = edited.astype(object).where(edited.notna(), None).to_dict("records")
    kept = [_with(arm, line) for arm, line in zip(arms, lines, strict=True)]
    desk.keep_suite(arms=tuple(kept))


_TYPES: Final = {
    "name": "string",
    "temperature": "Float64",
    "max_tokens": "Int64",
    "system_prompt": "string",
    "prompt": "string",
}


def _line(arm: Arm) -> dict[str, object]:
    return {name: getattr(arm, name) for name in _SETTINGS} | {"name": arm.label}


def _columns() -> Mapping[str, Any]:
    columns = st.column_config
    return {
        "name": columns.TextColumn("Arm", max_chars=200),
        "temperature": columns.NumberColumn("Temperature", min_value=0, max_value=2),
        "max_tokens": columns.NumberColumn("Most tokens", min_value=1, max_value=1_000_000, step=1),
        "system_prompt": columns.TextColumn("System prompt"),
        "prompt": columns.TextColumn("Prompt", help="In place of the suite's, with {{variables}}."),
    }


def _with(arm: Arm, line: Mapping[str, Any]) -> Arm:
    found = {name: line[name] if line[name] != "" else None for name in _SETTINGS}
    return arm.model_copy(update={**found, "name": found["name"] or ""})


def _everyone(desk: EvaluateDesk) -> None:
    """The router as it is, and every candidate that can be asked. In callbacks."""
    arms = chosen_arms.with_presets(desk.draft.suite.arms, ["balanced"])
    arms = chosen_arms.with_pins(arms, sorted(desk.callable_now))
    suite = desk.draft.suite.model_copy(update={"arms": arms[:MOST_ARMS]})
    desk.replace(desk.draft.model_copy(update={"suite": suite}))


def _leave_out(desk: EvaluateDesk, arm_id: str) -> None:
    arms = tuple(arm for arm in desk.draft.suite.arms if arm.id != arm_id)
    suite = desk.draft.suite.model_copy(update={"arms": arms})
    desk.replace(desk.draft.model_copy(update={"suite": suite}))


def _key(name: str) -> str:
    return f"evaluate-{name}-{revision()}"
