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
from playground.look.safe_text import literal
from playground.look.words import counted
from playground.suites.suite import Case

_TALLEST = 460
_SHORTEST = 180
_ROW = 35


def cases_view(desk: EvaluateDesk) -> None:
    """The sheet, and a field for one more variable."""
    key = sheet_key("cases")
    before, frame = kept_sheet(key, lambda: _first(desk))
    names = [name for name in frame if name not in sheet.OURS]
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
    typed = sheet.cases_of(_typed(edited), before)
    for problem in typed.problems:
        st.warning(literal(problem), icon=":material/warning:")
    suite = desk.draft.suite.model_copy(update={"cases": typed.cases})
    changes = {"suite": suite, "lines": typed.lines, "problems": typed.problems}
    desk.keep(desk.draft.model_copy(update=changes))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "One more variable",
            placeholder="such as city",
            key=f"evaluate-variable-{revision()}",
            width=220,
            on_change=_add_variable,
            args=(desk, names),
        )
        st.caption(
            f"{counted(len(typed.cases), 'case')}. A column is a variable: the prompt asks it as "
            f"`{{{{{names[0] if names else 'input'}}}}}`. Checks, one a line: "
            "`contains: 42`, `not contains: sorry`, `is: yes`, `matches: ^4`, `number: 42 ± 0.5`.",
            width="stretch",
        )


def _first(desk: EvaluateDesk) -> tuple[dict[int, Case], pd.DataFrame]:
    """The cases, and the sheet that typing begins with."""
    draft, suite = desk.draft, desk.draft.suite
    prompts = [suite.prompt, *(arm.prompt for arm in suite.arms if arm.prompt)]
    first = [*draft.lines] or sheet.lines(suite.cases, prompts)
    frame = pd.DataFrame(first, columns=sheet.columns(first, prompts), dtype="string")
    return sheet.owners(first, suite.cases), frame


def _columns(names: list[str]) -> Mapping[str, Any]:
    text = st.column_config.TextColumn
    more = {name: text(name, width="large" if len(names) == 1 else "medium") for name in names}
    ours = {name: text(heading, width="small") for name, heading in sheet.OURS.items()}
    checks = text(sheet.OURS["check"], width="medium")
    ideal = text(sheet.OURS["ideal"], width="medium")
    read = text(sheet.OURS[sheet.MORE], width="medium", disabled=True)
    return {**ours, **more, "check": checks, "ideal": ideal, sheet.MORE: read}


def _typed(frame: pd.DataFrame) -> dict[int, dict[str, str | None]]:
    clean = frame.astype(object).where(frame.notna(), None)
    return {
        int(place): {str(name): value for name, value in line.items()}
        for place, line in zip(clean.index, clean.to_dict("records"), strict=True)
    }


def _add_variable(desk: EvaluateDesk, names: list[str]) -> None:
    """Have the prompt ask one more variable, which gives the sheet its column. In callbacks."""
    name = widgets.typed(f"evaluate-variable-{revision()}")
    draft = desk.draft
    if not name or name in (*names, *sheet.OURS) or any(each in name for each in "{}"):
        return
    suite = draft.suite.model_copy(update={"prompt": f"{draft.suite.prompt}\n\n{{{{{name}}}}}"})
    desk.replace(draft.model_copy(update={"suite": suite}))
