"""A page with all samples of what models write, for test_answers.py: by our views, in Streamlit."""

from __future__ import annotations

import streamlit as st

from playground.look.answer_view import answer_buttons, answer_view
from playground.look.frames import styles_html
from playground.look.page_view import page_style
from tests.answer_samples import SAMPLES, is_partial, sample_text

st.html(styles_html("real"))
page_style("real")
answer_buttons()
for sample in SAMPLES:
    with st.container(key=f"sample-{sample.stem}"):
        answer_view(sample_text(sample), partial=is_partial(sample))
