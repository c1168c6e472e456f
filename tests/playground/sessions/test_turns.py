"""What is stored of a turn, by older versions too."""

from __future__ import annotations

from playground.sessions.turns import Turn, TurnSettings, new_id
from speko_client.models import Fault
from tests.turns import turn

GROK = Fault(target="xai:grok-2", kind="slow", seconds=3.0)


def test_an_outage_that_an_older_version_stored_is_a_drill() -> None:
    old = {"outage": ["openai", "anthropic:claude-3-5-haiku"], "drill": []}
    settings = TurnSettings.model_validate(old)
    assert settings.drill == (
        Fault(target="openai", kind="down"),
        Fault(target="anthropic:claude-3-5-haiku", kind="down"),
    )
    made = turn("t").model_copy(update={"settings": settings})
    assert made.drilled
    assert Turn.model_validate_json(made.model_dump_json()) == made


def test_an_outage_and_a_drill_of_an_older_version_are_one_drill() -> None:
    old = {"outage": ["openai"], "drill": [GROK.model_dump()]}
    assert TurnSettings.model_validate(old).drill == (Fault(target="openai", kind="down"), GROK)


def test_a_ranking_is_found_under_its_old_name() -> None:
    ranking = {"providerId": "openai", "modelId": "gpt-4o", "score": 0.8}
    body = turn("t").model_dump(mode="json", exclude={"ranking"}) | {"prediction": ranking}
    found = Turn.model_validate(body).ranking
    assert found is not None
    assert found.model_id == "gpt-4o"
    assert Turn.model_validate_json(Turn.model_validate(body).model_dump_json()).ranking == found


def test_an_id_begins_with_a_letter() -> None:
    assert all(new_id()[0].isalpha() for _ in range(200))
