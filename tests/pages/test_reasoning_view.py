"""The reasoning above an answer that is over."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from playground.runtime import get_runtime
from playground.sessions.turns import Answer
from playground.teams.owner import MACHINE_OWNER
from speko_client.models import CompleteUsage
from tests.pages.test_analytics_page import ROOT
from tests.pages.turn_acts import drawn
from tests.patience import PATIENCE
from tests.turns import turn

USAGE = CompleteUsage(prompt_tokens=9, completion_tokens=450, reasoning_tokens=412)
THOUGHT = Answer(text="Yes.", reasoning="<b>Hm.</b>", reasoning_ms=3200, usage=USAGE)


def test_each_has_one_line_that_unfolds(stand_in: object) -> None:
    store = get_runtime().store.of(MACHINE_OWNER)
    for made in (
        turn("t1", answer=THOUGHT),
        turn("t2", "t1", answer=THOUGHT),
        turn("t3", "t2", answer=Answer(text="Yes.")),
        turn("t4", "t3", answer=Answer(reasoning="Hm.")),
    ):
        store.save_turn(made)
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    app.query_params["c"] = "c"
    app.run()
    assert not app.exception
    html = drawn(app)
    assert html.count("<summary>Thought for 3.2 s · 412 tokens</summary>") == 2
    assert html.count("<summary>Thought</summary>") == 1
    assert html.count("&lt;b&gt;Hm.&lt;/b&gt;") == 2
    assert "after its reasoning, without a word" in html
