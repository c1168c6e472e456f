"""The cases of a suite: a sheet to type into, and where else cases come from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from playground.browser import widgets
from playground.evaluate import sheet
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.state import revision, sheet_key
from playground.evaluate.state import sheet as kept_sheet
from playground.evaluate.suite import Case
from playground.look.safe_text import literal
from playground.look.words import counted

_TALLEST = 460
_SHORTEST = 180
_ROW = 35


def cases_view(desk: EvaluateDesk) -> None:
    """The sheet, and a field for one more variable."""
    suite = desk.draft.suite
    key = sheet_key("cases")
    names, before, frame = kept_sheet(key, lambda: _first(desk))
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        num_rows="dynamic",
        height=min(max(_SHORTEST, _ROW * (len(frame) + 3)), _TALLEST),
        column_config=_columns(names),
        placeholder="",
        alt="The cases: type into the cells, and into the last line for one more",
    )
    cases, problems = sheet.cases_of(_typed(edited), before, names)
    for problem in problems:
        st.warning(literal(problem), icon=":material/warning:")
    desk.keep(desk.draft.model_copy(update={"suite": suite.model_copy(update={"cases": cases})}))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "One more variable",
            placeholder="such as city",
            key=f"evaluate-variable-{revision()}",
            width=220,
            on_change=_add_variable,
            args=(desk, list(names)),
        )
        st.caption(
            f"{counted(len(cases), 'case')}. A column is a variable: the prompt asks it as "
            f"`{{{{{names[0]}}}}}`. The ideal is an answer that would be right.",
            width="stretch",
        )


def _first(desk: EvaluateDesk) -> tuple[list[str], tuple[Case, ...], pd.DataFrame]:
    """The columns, the cases and the sheet that typing begins with."""
    suite = desk.draft.suite
    prompts = [suite.prompt, *(arm.prompt for arm in suite.arms if arm.prompt)]
    names = sheet.columns(suite.cases, sheet.variables_in(*prompts))
    ordered = [sheet.ID, *names, sheet.IDEAL, sheet.CONTAINS, sheet.MORE]
    frame = pd.DataFrame(sheet.lines(suite.cases, names), columns=ordered, dtype="string")
    return names, suite.cases, frame


def _columns(names: list[str]) -> Mapping[str, Any]:
    text = st.column_config.TextColumn
    return {
        sheet.ID: text("Id", width="small", help="Yours to choose; empty: it gets a number."),
        **{name: text(name, width="large" if len(names) == 1 else "medium") for name in names},
        sheet.IDEAL: text("Ideal answer", width="medium"),
        sheet.CONTAINS: text("Must contain", width="small"),
        sheet.MORE: text("Also checked, or asked", disabled=True, width="medium"),
    }


def _typed(frame: pd.DataFrame) -> dict[int, dict[str, str | None]]:
    clean = frame.astype(object).where(frame.notna(), None)
    return {
        int(place): {str(name): value for name, value in line.items()}
        for place, line in zip(clean.index, clean.to_dict("records"), strict=True)
    }


def _add_variable(desk: EvaluateDesk, names: list[str]) -> None:
    """Give the sheet one more column, by a name that is not there yet. In callbacks."""
    name = widgets.typed(f"evaluate-variable-{revision()}")
    draft = desk.draft
    if not name or name in (*names, *sheet.OWN) or any(each in name for each in "{}"):
        return
    cases = tuple(
        case.model_copy(update={"vars": {**case.vars, name: case.vars.get(name, "")}})
        for case in draft.suite.cases
    )
    prompt = f"{draft.suite.prompt}\n\n{{{{{name}}}}}"
    suite = draft.suite.model_copy(update={"cases": cases, "prompt": prompt})
    desk.replace(draft.model_copy(update={"suite": suite}))
