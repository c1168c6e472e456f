"""What every view of the Evaluate page works on: the suite, the runs, and the server."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from playground.browser import url
from playground.chat.chat_view import connect, facts_of
from playground.connections.facts_view import ServerFacts
from playground.connections.remembered import Remembered
from playground.evaluate import chosen_arms, state
from playground.evaluate.draft import Draft, empty_draft, kept_sound
from playground.evaluate.drafts import load_draft, save_draft
from playground.evaluations.cells import CellKey, Run
from playground.evaluations.live_runs import Evaluations, evaluations
from playground.evaluations.progress import LiveRun
from playground.evaluations.runs import RunStore
from playground.found import Found
from playground.routing.saved_what_ifs import saved_what_ifs
from playground.runtime import Runtime, get_runtime
from playground.servers import pool
from playground.servers.connection import Connecting, Connection
from playground.sessions.database import StoreError
from playground.sessions.spending import CapReachedError
from playground.sessions.store import OwnerStore
from playground.suites.suite import Suite, SuiteError
from playground.teams.state import this_owner
from speko_client.models import WhatIf

_KEPT_SECONDS = 300.0
_NO_SERVER = "No server answers. Choose another one, or try again."
AnswerT = TypeVar("AnswerT")


class _WorkedOut(Remembered):
    """What runs say, which takes a moment to work out."""


@dataclass
class EvaluateDesk:
    """One look at the page; ``problem`` says why there is no server, or what is not saved.

    ``first`` is the draft until another is kept.
    """

    runtime: Runtime
    store: OwnerStore
    server: Connection | Connecting | None
    facts: ServerFacts
    first: Draft
    problem: str | None = None

    @property
    def draft(self) -> Draft:
        """The draft as it is now: a click may come before what the last one did is drawn."""
        return state.draft() or self.first

    @property
    def connection(self) -> Connection | None:
        """The server, unless it is still starting."""
        return self.server if isinstance(self.server, Connection) else None

    @property
    def evaluations(self) -> Evaluations:
        """The runs that this process makes."""
        return evaluations(self.runtime)

    @cached_property
    def runs(self) -> RunStore:
        """The person's runs."""
        return RunStore(self.store)

    @cached_property
    def callable_now(self) -> frozenset[str]:
        """Every candidate that can be asked now, as ``vendor:model``."""
        return frozenset(row.id for row in pool.remaining(self.facts.known, ()))

    @cached_property
    def what_ifs(self) -> Mapping[str, WhatIf]:
        """The person's saved what-ifs by their ids, where the server takes them."""
        if self.connection is None or not self.connection.embedded:
            return {}
        saved = Found.by(lambda: saved_what_ifs(self.store), StoreError).value or []
        return {each.id: each.what_if for each in saved}

    @cached_property
    def simulated(self) -> frozenset[str]:
        """The candidates that are simulated, as ``vendor:model``."""
        return frozenset(row.id for row in pool.models(self.facts.known) if row.simulated)

    def remembered(
        self, question: Hashable, ask: Callable[[], AnswerT], seconds: float = _KEPT_SECONDS
    ) -> AnswerT:
        """What was worked out so many seconds ago at most, else what ``ask`` returns now."""
        worked_out = self.runtime.shared(_WorkedOut, _WorkedOut)
        return worked_out.answer((self.store.owner, question), seconds, ask)

    def keep(self, draft: Draft) -> None:
        """Remember what was typed, here and in the store."""
        if state.keep_draft(kept_sound(draft)):
            self._save()

    def keep_suite(self, **changes: Any) -> None:
        """Remember other values of the suite's fields."""
        suite = self.draft.suite.model_copy(update=changes)
        self.keep(self.draft.model_copy(update={"suite": suite}))

    def replace(self, draft: Draft) -> None:
        """Go on with another suite. In callbacks, and before what shows it is drawn."""
        state.replace_draft(kept_sound(draft))
        self._save()

    def start(
        self, suite: Suite, cap: float | None = None, expected: Mapping[str, float] | None = None
    ) -> None:
        """Begin a run, and show it; the page says why where that cannot be. In callbacks.

        ``cap`` is the most that it may cost in US$, ``expected`` what one cell of an arm may cost.
        """
        if self.server is None:
            state.tell(_NO_SERVER)
            return
        try:
            live = self.evaluations.start(
                self.store.owner, self.server, suite, max_cost_usd=cap, expected=expected
            )
        except (SuiteError, StoreError) as error:
            state.tell(str(error))
        else:
            url.show_run(live.run.id, "results")

    def live(self, run: Run) -> LiveRun | None:
        """The run, while this process makes its cells."""
        found = self.evaluations.live(self.store.owner, run.id)
        return None if found is None or found.over else found

    def go_on(self, run: Run, cap: float | None = None) -> str | None:
        """Make what is left of a run; returns why that cannot be, where it cannot."""
        if (live := self.live(run)) is not None:
            live.go_on()
            return None
        if self.server is None:
            return _NO_SERVER
        try:
            self.evaluations.go_on(self.store.owner, self.server, run.id, max_cost_usd=cap)
        except (SuiteError, StoreError) as error:
            return str(error)
        return None

    def again(self, run: Run, keys: Sequence[CellKey]) -> str | None:
        """Make these cells once more, and wait for them; returns why not, where not."""
        if self.server is None:
            return _NO_SERVER
        try:
            for key in keys:
                self.evaluations.again(self.store.owner, self.server, run.id, key)
        except (SuiteError, StoreError, CapReachedError) as error:
            return str(error)
        return None

    def delete(self, run_id: str) -> None:
        """End a run and delete it with its cells. Raises StoreError."""
        self.evaluations.delete(self.store.owner, run_id)

    def _save(self) -> None:
        saved = Found[None].by(lambda: save_draft(self.store, self.draft), StoreError)
        self.problem = saved.problem or self.problem


def open_desk() -> EvaluateDesk:
    """The desk of this browser session."""
    runtime = get_runtime()
    store = runtime.store.of(this_owner())
    server = connect(runtime)
    facts = facts_of(runtime, server)
    draft = state.draft()
    problem = None
    if draft is None:
        found = Found.by(lambda: load_draft(store), StoreError)
        draft, problem = found.value or _first(facts), found.problem
        if not facts.pending:
            state.keep_draft(draft)
    problem = server.problem or facts.problem or problem
    return EvaluateDesk(runtime, store, server.value, facts, draft, problem)


def _first(facts: ServerFacts) -> Draft:
    """The router, and beside it the local model, which needs no key and is no simulation."""
    draft = empty_draft()
    local = [row.id for row in pool.remaining(facts.known, ()) if row.kind == "local"]
    arms = chosen_arms.with_pins(draft.suite.arms, local)
    return draft.model_copy(update={"suite": draft.suite.model_copy(update={"arms": arms})})
