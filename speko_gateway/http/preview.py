"""What ``GET /v1/routing/preview`` is asked with, by either of its meanings at Speko.

The platform asks ``language``, ``vertical``, ``region``, ``optimize_for``; the router, which came
later, ``stage``, ``objective``, ``allow``, ``deny``, ``max_price`` (docs/contract.md, section 2).
Both may be mixed, as long as they do not contradict each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from speko_client.models import (
    Language,
    OptimizeFor,
    ReasoningEffort,
    Region,
    RoutingIntent,
    Vertical,
)
from speko_gateway.candidates import Candidate, Selection, allow_list
from speko_gateway.errors import invalid
from speko_gateway.gateway import Gateway
from speko_gateway.http.answers import preview_body
from speko_gateway.routing.ranking import Ranked, Ranking

Objective = Literal["balanced", "quality", "latency", "cost"]


class PreviewQuery(BaseModel):
    """The parameters. ``allow`` and ``deny`` are comma-separated lists.

    ``max_price`` is blended US$ per million tokens. ``weight_lines``, ``reasoning_effort`` (the one
    that would be sent) and the repeated ``allowed_provider`` are extensions.
    """

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    language: Language | None = None
    vertical: Vertical = "general"
    region: Region = "global"
    optimize_for: OptimizeFor | None = None
    allowed_provider: list[str] | None = None
    weight_lines: bool = False
    reasoning_effort: ReasoningEffort | None = None
    stage: Literal["llm"] | None = None
    objective: Objective | None = None
    allow: str | None = None
    deny: str | None = None
    max_price: Annotated[float, Field(ge=0)] | None = None

    @property
    def is_routers(self) -> bool:
        """Whether it is asked in the router's words; their language is English by default."""
        return any(
            value is not None
            for value in (self.stage, self.objective, self.allow, self.deny, self.max_price)
        )

    def intent(self) -> RoutingIntent:
        """What is asked for. Raises GatewayError, 400, for a contradiction."""
        if self.language is None and not self.is_routers:
            raise invalid("language: Field required")
        named = "accuracy" if self.objective == "quality" else self.objective
        if named and self.optimize_for and named != self.optimize_for:
            raise invalid(
                f"objective={self.objective} and optimize_for={self.optimize_for} contradict each "
                "other. Send one of them"
            )
        return RoutingIntent(
            language=self.language or "en",
            vertical=self.vertical,
            region=self.region,
            optimize_for=self.optimize_for or named or "balanced",
        )

    def allowed(self) -> Selection | None:
        """Who may answer; None is everyone. Raises GatewayError, 400, for a contradiction."""
        repeated = allow_list(self.allowed_provider)
        listed = Selection.parse(self.allow or "")
        if not listed.entries:
            return repeated
        if repeated is not None and repeated != listed:
            raise invalid("allow and allowed_provider contradict each other. Send one of them")
        return listed


def previewed(query: PreviewQuery, here: Gateway) -> dict[str, Any]:
    """The answer to this question, nothing run.

    Scores are relative to the pool, so without those that are barred the ranking is made anew.
    """
    intent, allowed = query.intent(), query.allowed()
    ranking = here.ranking(intent, allowed, query.reasoning_effort)
    denied = Selection.parse(query.deny or "")
    barred = {
        each.candidate: reason
        for each in ranking.ordered
        if (reason := _barred(each, denied, query.max_price))
    }
    if barred:
        resting = [each.candidate for each in ranking.filtered_out if each.code == "unhealthy"]
        ranked = [each.candidate for each in ranking.ordered if each.candidate not in barred]
        others = [*ranked, *(each for each in resting if not denied.covers(each))]
        left = here.ranking(
            intent, Selection.of(each.id for each in others), query.reasoning_effort
        )
        ranking = _explained(left, barred)
    body = preview_body(ranking, here.fleet, here.snapshot, with_lines=query.weight_lines)
    return body | _in_the_routers_words(ranking, intent) if query.is_routers else body


def _barred(ranked: Ranked, denied: Selection, max_price: float | None) -> str | None:
    if denied.covers(ranked.candidate):
        return "on the deny-list"
    if max_price is None:
        return None
    price = ranked.figures and ranked.figures.cost
    if price is None:
        return "no price is known for it, and max_price asks for one"
    return "it costs more than max_price" if price.value > max_price else None


def _explained(ranking: Ranking, barred: Mapping[Candidate, str]) -> Ranking:
    return replace(
        ranking,
        filtered_out=tuple(
            replace(each, reason=barred.get(each.candidate, each.reason))
            for each in ranking.filtered_out
        ),
    )


def _in_the_routers_words(ranking: Ranking, intent: RoutingIntent) -> dict[str, Any]:
    """The fields that the router's clients read, beside the platform's."""
    first, *behind = map(_row, ranking.ordered) if ranking.ordered else (_NOBODY,)
    return {
        **{name: first[name] for name in ("id", "provider", "model")},
        "language": intent.language,
        "objective": "quality" if intent.optimize_for == "accuracy" else intent.optimize_for,
        "reason": "best-for-objective" if ranking.ordered else "no-candidate",
        "runners_up": behind,
    }


_NOBODY: dict[str, Any] = dict.fromkeys(("id", "provider", "model"))


def _row(ranked: Ranked) -> dict[str, Any]:
    candidate = ranked.candidate
    return {
        "id": candidate.id,
        "provider": candidate.provider,
        "model": candidate.model,
        "score": ranked.score,
    }
