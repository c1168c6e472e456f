"""The checks of a suite: rows to add, each a kind with its value."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from playground.evaluate.check_rows import KINDS, CheckRow, checks_of
from playground.evaluate.desk_view import EvaluateDesk
from playground.evaluate.state import sheet, sheet_key
from playground.look.safe_text import literal

_COLUMNS: Final = ["kind", "value", "detail"]


def checks_view(desk: EvaluateDesk) -> None:
    """What holds for every case, beside the checks that cases have of their own."""
    key = sheet_key("checks")
    frame = sheet(key, lambda: pd.DataFrame([*desk.draft.rows], columns=_COLUMNS, dtype="string"))
    edited = st.data_editor(
        frame,
        key=key,
        hide_index=True,
        num_rows="dynamic",
        height=min(max(110, 35 * (len(frame) + 2)), 320),
        column_config={
            "kind": st.column_config.SelectboxColumn("The answer", options=KINDS, width="medium"),
            "value": st.column_config.TextColumn("Value", width="large"),
            "detail": st.column_config.TextColumn(
                "Detail",
                width="small",
                help="For a number: give or take so much. For “left out”: the reason's code. For "
                "the judge: another ideal than the case's.",
            ),
        },
        placeholder="",
        alt="Checks for every case: choose a kind in the last line for one more",
    )
    rows = [
        CheckRow(*("" if pd.isna(value) else str(value) for value in line))
        for line in edited[_COLUMNS].itertuples(index=False)
    ]
    desk.keep(desk.draft.model_copy(update={"rows": tuple(rows)}))
    for problem in checks_of(rows)[1]:
        st.warning(literal(problem), icon=":material/warning:")
