"""A visitor who has used up what the host pays for is told so, and nothing is asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from streamlit.testing.v1 import AppTest

from playground.runtime import get_runtime
from playground.sessions.spending import SPENDING
from playground.teams.visitor import Visitor
from tests.e2e.harness import ROOT
from tests.pages.gateway_stand_in import StandIn
from tests.patience import PATIENCE
from tests.visitors import a_browser, be

ADA = a_browser("ada")


def spend(visitor: Visitor, turns: int, usd: float) -> None:
    """As if this visitor had been answered so often, a moment ago, for so much each."""
    rows: list[dict[str, Any]] = [
        {
            "turn_id": f"{visitor.owner}-{number}",
            "owner": visitor.owner,
            "started_at": datetime.now(UTC).timestamp(),
            "cost_usd": usd,
        }
        for number in range(turns)
    ]
    with get_runtime().store.database.write() as transaction:
        transaction.execute(sa.insert(SPENDING), rows)


@pytest.mark.parametrize(
    ("visitor", "turns", "usd", "said"),
    [
        (ADA, 60, 0.0, "60 messages within an hour"),
        (ADA, 1, 1.0, "about $1.00 (estimated)"),
        (a_browser("others"), 5, 2.0, "all visitors"),
    ],
)
def test_a_cap_is_a_sentence_before_anybody_is_asked(
    visitor: Visitor, turns: int, usd: float, said: str, stand_in: StandIn
) -> None:
    spend(visitor, turns, usd)
    app = AppTest.from_file(str(ROOT / "playground" / "ui.py"), default_timeout=PATIENCE)
    be(app, ADA)
    app.run().run()
    app.chat_input[0].set_value("May I?").run()
    (toast,) = app.toast
    assert said in toast.value.replace("\\", "")
    assert "With a key of your own" in toast.value
    assert not [asked for asked in stand_in.asked if asked.path == "/v1/complete"]
    assert not app.exception
