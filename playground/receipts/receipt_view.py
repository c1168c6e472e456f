"""The receipt under an answer: a popover that builds nothing until it is opened."""

from __future__ import annotations

import json

import streamlit as st

from playground.receipts.parts import InForce
from playground.receipts.receipt import receipt, request_detail
from playground.receipts.receipt_html import receipt_html
from playground.sessions.totals import failed_attempts
from playground.sessions.turns import Turn


def receipt_view(turn: Turn, in_force: InForce | None = None) -> None:
    """The button and what it opens; ``in_force``: what the server ranks by now, where known."""
    happened = failed_attempts(turn) > 0
    opened = st.popover(
        "What happened" if happened else "Receipt",
        icon=":material/alt_route:" if happened else ":material/receipt_long:",
        type="tertiary",
        key=f"details-{turn.id}",
        on_change="rerun",
    )
    if opened.open:
        with opened:
            _body(turn, in_force)


def _body(turn: Turn, in_force: InForce | None) -> None:
    st.html(receipt_html(receipt(turn, in_force)))
    for note in turn.answer.notes:
        st.caption(note)
    st.caption("The request, to copy:")
    st.code(json.dumps(request_detail(turn), indent=2, ensure_ascii=False), language="json")
