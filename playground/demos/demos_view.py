"""The demo page: what it works on, and which demo to play.

There are the demos that ship, the person's own, and one just uploaded.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from playground.browser import url
from playground.browser.guide import SHORTCUTS_SWITCH
from playground.chat.welcome_view import fleet_line
from playground.connections.facts_view import ServerFacts, server_facts
from playground.connections.state import connection_in_force, private_allowed
from playground.demos.player import estimated_seconds
from playground.demos.runs import TITLE, DemoRun, demo_runs
from playground.demos.script import DemoScript
from playground.demos.script_files import MAX_BYTES, OWN, ShelfEntry, read_entry, shelf
from playground.found import Found
from playground.intent import languages
from playground.intent.state import new_conversation
from playground.look.safe_text import literal, unseen
from playground.look.words import counted
from playground.runtime import Runtime, get_runtime
from playground.servers.address_guard import AddressRefusedError
from playground.servers.connection import Connection
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.database import StoreError
from playground.sessions.store import OwnerStore
from playground.sessions.turns import Conversation
from playground.teams.state import this_owner

_HERO = """
<div class="sp-hero" style="margin-top:0">
<h1>Play the demo</h1>
<p>A short session that plays by itself, with captions that say what to look at and charts that grow
as it goes. Made for a projector: your browser's full screen (F11) suits it.</p>
</div>
"""
EXAMPLE = Path(__file__).with_name("example.yaml").read_text("utf-8")


@dataclass
class DemoDesk:
    """``connection`` None: no server answers, and ``problem`` says why."""

    runtime: Runtime
    store: OwnerStore
    connection: Connection | None
    facts: ServerFacts
    problem: str | None = None

    @property
    def run(self) -> DemoRun | None:
        """The demo of the session in the URL, if that is one."""
        return demo_runs(self.runtime).find(self.store.owner, url.conversation_id())

    @property
    def past(self) -> Conversation | None:
        """The session in the URL, if it is a demo that this process no longer runs."""
        session_id = url.conversation_id()
        # The chat page says what is wrong with the store.
        stored = Found.by(
            lambda: self.store.load(session_id) if session_id else None, StoreError
        ).value
        return stored if stored and stored.title.startswith(TITLE) else None

    def start(self, script: DemoScript) -> None:
        """Start a script and show it. In callbacks."""
        new_conversation()
        run = demo_runs(self.runtime).start(self.store, script)
        url.open_conversation(run.conversation_id)


def open_demo_desk() -> DemoDesk:
    """The desk of this browser session."""
    runtime = get_runtime()
    store = runtime.store.of(this_owner())
    server = Found.by(lambda: connection_in_force(runtime), GatewayStartError, AddressRefusedError)
    facts = server_facts(runtime, server.value) if server.value else ServerFacts()
    return DemoDesk(runtime, store, server.value, facts, server.problem or facts.problem)


def demo_picker(desk: DemoDesk) -> None:
    """The scripts, each with its buttons to play it and to download it."""
    st.html(_HERO)
    if past := desk.past:
        st.info("This demo has been played; what was answered is a session like any other.")
        if past.comparison:
            url.compare_link("Open it in Compare", past.id)
        else:
            url.chat_link("Open it in the chat", past.id)
    fleet_line(desk.connection, desk.facts)
    entries = shelf(desk.runtime.settings.data_dir)
    _cards(desk, [entry for entry in entries if not entry.own])
    st.header("Your own", anchor=False)
    _cards(desk, [entry for entry in entries if entry.own])
    _upload(desk)
    st.html(SHORTCUTS_SWITCH)
    with st.expander("How to write one", icon=":material/edit_note:"):
        st.markdown(
            f"A YAML file: put it into {_folder(desk)}, or upload it here. Only the title and each "
            "turn's message are needed. Faults last until they are cleared; kinds are down, "
            "rate_limited, slow, stall, empty, break, flaky. In captions, `{served}`, "
            "`{provider}`, `{failed}`, `{ttft}`, `{total}` and `{failovers}` are filled in from "
            "the answer."
        )
        st.code(EXAMPLE, language="yaml")


def _folder(desk: DemoDesk) -> str:
    # The path helps a visitor who is on this machine; others should not learn it.
    if private_allowed(desk.runtime):
        return f"`{desk.runtime.settings.data_dir / OWN}`"
    return f"the folder `{OWN}` of the playground's data folder"


def _cards(desk: DemoDesk, entries: list[ShelfEntry]) -> None:
    if not entries:
        return
    with st.grid(columns=3, min_column_width=280):
        for entry in entries:
            with st.container(border=True, height="stretch"):
                _card(desk, entry, "own" if entry.own else "shipped")


def _card(desk: DemoDesk, entry: ShelfEntry, place: str) -> None:
    script = entry.script
    if script is None:
        st.markdown(f"**{literal(entry.name)}**")
        st.error(literal(entry.problem or "").replace("\n", "\n\n"), icon=":material/error:")
        return
    st.header(literal(script.title), anchor=False)
    st.markdown(literal(script.description))
    st.space("stretch")
    st.caption(_facts(script))
    with st.container(horizontal=True):
        st.button(
            f"Play{unseen(script.title)}",
            icon=":material/play_arrow:",
            type="primary",
            key=f"play-{place}-{entry.name}",
            on_click=desk.start,
            args=(script,),
            disabled=desk.connection is None,
        )
        st.download_button(
            f"Script{unseen(f'of {script.title}')}",
            entry.content,
            file_name=entry.name,
            mime="application/yaml",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key=f"file-{place}-{entry.name}",
        )


def _upload(desk: DemoDesk) -> None:
    file = st.file_uploader(
        "Upload a script", type=["yaml", "yml"], max_upload_size=1, key="demo-upload"
    )
    if file is not None:
        content = file.read(MAX_BYTES + 1)
        with st.container(border=True):
            _card(desk, read_entry(content, file.name, own=True), "upload")


def _facts(script: DemoScript) -> str:
    minutes, seconds = divmod(round(estimated_seconds(script) / 5) * 5, 60)
    seats = f" · {counted(len(script.seats), 'seat')}" if script.seats else ""
    spoken = dict.fromkeys(languages.name(turn.intent.language) for turn in script.turns)
    return (
        f"{counted(len(script.turns), 'turn')}{seats} · about {minutes}:{seconds:02} · "
        f"{', '.join(spoken)}"
    )
