"""What is done with sessions on the page: one or many at once, with an undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import streamlit as st

from playground.browser import url, widgets
from playground.chat.state import offer_undo
from playground.intent.state import new_conversation
from playground.library.copies import copy_of
from playground.library.state import ask_emptying, pick, rename
from playground.look.safe_text import literal
from playground.look.words import counted
from playground.runtime import Runtime
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation, new_id, utc_now


@dataclass(frozen=True)
class LibraryDesk:
    """The sessions of the person on the page; all of it is for callbacks."""

    runtime: Runtime
    store: OwnerStore

    def loaded(self, ids: Sequence[str]) -> list[Conversation]:
        """These sessions whole, as far as they are there. Raises StoreError."""
        return [found for each in ids if (found := self.store.load(each)) is not None]

    def save_title(self, conversation_id: str) -> None:
        """Take the title that was typed; an empty one changes nothing."""
        title = " ".join(widgets.typed(f"title-{conversation_id}").split())
        if title:
            self._do(lambda: self.store.save_title(conversation_id, title))
        rename(None)

    def duplicate(self, conversation_id: str) -> None:
        """Put a copy of a session into the list."""

        def copy() -> None:
            found = self.store.load(conversation_id)
            if found is not None:
                copied = copy_of(found, new_id, utc_now())
                self.store.put([copied])

        if self._do(copy):
            st.toast("Copied. The copy is the newest session.", icon=":material/content_copy:")

    def pin(self, ids: Sequence[str], on: bool) -> None:
        """Keep sessions on top, or no longer."""
        self._done(ids, lambda: self.store.pin(ids, on=on), "Pinned" if on else "Unpinned")

    def archive(self, ids: Sequence[str], on: bool) -> None:
        """Put sessions aside, or back into the list."""
        done = "Archived" if on else "Back in the list"
        self._done(ids, lambda: self.store.archive(ids, on=on), done)

    def tag(self, ids: Sequence[str], add: Sequence[str], remove: Sequence[str]) -> None:
        """Add and remove tags."""
        self._done(ids, lambda: self.store.tag(ids, add, remove), "Tagged")

    def throw_away(self, ids: Sequence[str]) -> None:
        """Move sessions to the bin; what is answered there is stopped."""
        for each in ids:
            self.runtime.engine.forget(self.store.owner, each)

        def move() -> None:
            offer_undo(self.store.bin(ids))

        if self._do(move):
            pick(ids, False)
            self._leave(ids)

    def restore(self, ids: Sequence[str]) -> None:
        """Take sessions out of the bin."""
        self._done(ids, lambda: self.store.restore(ids), "Restored")

    def delete(self, ids: Sequence[str]) -> None:
        """Delete sessions for good."""
        self._done(ids, lambda: self.store.delete(*ids), "Deleted for good")
        self._leave(ids)

    def empty_bin(self) -> None:
        """Delete all that is in the bin, for good."""
        ask_emptying(False)
        if self._do(lambda: self.store.empty_bin()):
            st.toast("The bin is empty.", icon=":material/delete_forever:")

    def _leave(self, ids: Sequence[str]) -> None:
        if url.conversation_id() in ids:
            new_conversation()

    def _done(self, ids: Sequence[str], act: Callable[[], object], words: str) -> None:
        if self._do(act):
            pick(ids, False)
            st.toast(f"{words}: {counted(len(ids), 'session')}.", icon=":material/check:")

    def _do(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except StoreError as error:
            st.toast(literal(str(error)), icon=":material/error:")
            return False
        return True
