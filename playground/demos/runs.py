"""Running demos: each sends its turns through the engine, as if a person sent them.

A run moves on only while a page draws it (``look``). Once the page is closed nothing moves, and
what was answered by then is a session like any other. Runs are kept by their session's id, and hold
no key: the page passes the connection in.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from playground.compare.seats import Comparison, parent_of
from playground.demos.player import Player
from playground.runtime import Runtime
from playground.servers.connection import Connection
from playground.sessions.database import StoreError
from playground.sessions.engine import AlreadyRunningError, Engine
from playground.sessions.rows import NotHereError
from playground.sessions.spending import CapReachedError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation, Place, Run, Turn, TurnSettings, new_id
from playground.teams.owner import Owner

if TYPE_CHECKING:
    from playground.demos.script import DemoScript

TITLE: Final = "Demo: "
_KEPT: Final = 16
_OWNERS: Final = 256
_NO_SERVER: Final = "No server answers. See Connections, then try again."


class DemoRun:
    """One demo; safe from several threads.

    ``turns`` have their answers; those of ``asked`` are still being answered, or have failed. Of a
    comparison a message is over once all seats are, and one that failed is an outcome.
    ``skips_faults``: the server accepts none, so those of the current turn are left out.
    """

    def __init__(self, engine: Engine, store: OwnerStore, script: DemoScript, session: str) -> None:
        self.conversation_id = session
        self.player = Player(script)
        self.turns: tuple[Turn, ...] = ()
        self.asked: tuple[Run, ...] = ()
        self.skips_faults = False
        self.not_saved: str | None = None
        self._engine = engine
        self._store = store
        self._failed: tuple[Turn, ...] = ()
        self._created_at = datetime.now(UTC)
        self._lock = threading.Lock()
        self._keep_head()

    @property
    def script(self) -> DemoScript:
        """What is played."""
        return self.player.script

    @property
    def comparison(self) -> Comparison | None:
        """The seats that are asked now, by the current turn's settings."""
        return self.script.compared(self.script.settings_at(self.player.place, drills=False))

    @property
    def live(self) -> tuple[Turn, ...]:
        """What is being answered, or has failed; empty between the turns."""
        return tuple(run.turn for run in self.asked)

    @property
    def moving(self) -> bool:
        """Whether it changes by itself: it plays, or an answer is arriving."""
        return self.player.playing or self.player.stage in ("sending", "answering")

    def look(self, now: float, connection: Connection | None, *, drills: bool) -> Player:
        """Let time pass up to ``now`` (seconds), take in what has arrived, send what is due.

        ``drills``: whether the server accepts faults; otherwise it is sent none.
        """
        with self._lock:
            self._take_in()
            self.player = self.player.look(now)
            takes = connection is not None and connection.embedded and drills
            self.skips_faults = not takes and bool(self.script.faults_at(self.player.place))
            if self.player.stage == "sending":
                self._send(connection, takes)
            return self.player

    def control(self, control: Callable[[Player], Player]) -> None:
        """Apply what a person did: ``run.control(Player.step)``."""
        with self._lock:
            self.player = control(self.player)
            if self.player.stage == "stopped":
                self._engine.stop(self._store.owner, self.conversation_id)

    def leave(self) -> None:
        """End it, because a person continues its session: otherwise both would write in it."""
        with self._lock:
            self.player = self.player.stop()

    def _take_in(self) -> None:
        if not self.asked or not all(run.done for run in self.asked):
            return
        turns = self.live
        self.not_saved = next((run.save_error for run in self.asked if run.save_error), None)
        if any(turn.status == "done" for turn in turns):
            self.turns, self.asked = (*self.turns, *turns), ()
            self.player = self.player.answered()
        elif self.player.stage == "answering":
            self._failed = (*self._failed, *turns)
            self.player = self.player.failed(_problem(turns[0]))
        elif self.player.stage not in ("failed", "stopped"):
            self.asked = ()

    def _send(self, connection: Connection | None, takes_faults: bool) -> None:
        if connection is None:
            self.player = self.player.failed(_NO_SERVER)
            return
        player, self.asked = self.player, ()
        settings = self.script.settings_at(player.place, drills=takes_faults)
        try:
            for each, parent_id, place in self._places(settings):
                run = self._engine.submit(
                    self._store.owner,
                    connection,
                    self._conversation(),
                    player.turn.message,
                    each,
                    parent_id=parent_id,
                    place=place,
                )
                self.asked = (*self.asked, run)
        except AlreadyRunningError:
            self.player = player.failed("Another message of this session is still being answered.")
        except (NotHereError, CapReachedError) as error:
            self.player = player.failed(str(error))
        else:
            self.player = player.sent()

    def _places(
        self, settings: TurnSettings
    ) -> Iterator[tuple[TurnSettings, str | None, Place | None]]:
        """Who is asked by which settings, and after which turn."""
        comparison = self.script.compared(settings)
        if comparison is None:
            yield settings, self.turns[-1].id if self.turns else None, None
            return
        message_id = new_id()
        for seat in comparison.seats:
            place = Place(seat.id, message_id, threads=comparison.threads)
            yield seat.settings(settings), parent_of(comparison, seat, self.turns), place

    def _conversation(self) -> Conversation:
        return Conversation(
            id=self.conversation_id,
            turns=(*self.turns, *self._failed),
            leaf_id=self.turns[-1].id if self.turns else None,
            created_at=self._created_at,
            updated_at=self._created_at,
        )

    def _keep_head(self) -> None:
        # What the chat opens with: the first intent, without the script's reply and faults.
        form = self.script.settings_at(0, drills=False).model_copy(update={"reply": None})
        try:
            self._store.save_settings(self.conversation_id, form)
            self._store.save_title(self.conversation_id, f"{TITLE}{self.script.title}")
            if (comparison := self.script.compared(form)) is not None:
                self._store.save_comparison(self.conversation_id, comparison.model_dump_json())
        except StoreError as error:
            self.not_saved = str(error)


class DemoRuns:
    """The demos of this process, by their session and whose it is. See ``demo_runs``.

    The latest are kept, of each owner and of all.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._runs: OrderedDict[Owner, OrderedDict[str, DemoRun]] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, store: OwnerStore, script: DemoScript) -> DemoRun:
        """Begin a script in a new session of this owner's."""
        run = DemoRun(self._engine, store, script, store.new_conversation_id())
        with self._lock:
            runs = self._runs.setdefault(store.owner, OrderedDict())
            runs[run.conversation_id] = run
            self._runs.move_to_end(store.owner)
            for kept, most in ((runs, _KEPT), (self._runs, _OWNERS)):
                if len(kept) > most:
                    kept.popitem(last=False)
        return run

    def find(self, owner: Owner, conversation_id: str | None) -> DemoRun | None:
        """The demo that this session of the owner's is, or was."""
        with self._lock:
            runs = self._runs.get(owner)
            return runs.get(conversation_id or "") if runs else None


def demo_runs(runtime: Runtime) -> DemoRuns:
    """The one object of this process that keeps them."""
    return runtime.shared(DemoRuns, lambda: DemoRuns(runtime.engine))


def leave_demo(runtime: Runtime, owner: Owner, conversation_id: str) -> None:
    """A person who writes into a demo's session takes it over: the script sends no more."""
    if (demo := demo_runs(runtime).find(owner, conversation_id)) is not None:
        demo.leave()


def _problem(turn: Turn) -> str:
    if turn.error is not None:
        return f"{turn.error.message} {turn.error.advice}".strip()
    return "The answer was stopped before its end."
