"""The Connections page as a person uses it, for the journeys."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.harness import PlaygroundServer, settle


class ConnectionsPage:
    """What a person does on the page, and where they look."""

    def __init__(self, page: Page, server: PlaygroundServer) -> None:
        self.page = page
        self._server = server

    def open(self) -> None:
        """Begin a browser session on the page, and wait until it stands."""
        self.page.goto(f"{self._server.url}/connections")
        self._stands()

    def come_back(self) -> None:
        """Go to the page by the navigation."""
        self.page.get_by_role("link", name="Connections").click()
        self._stands()

    def chat_with(self, connection: str) -> None:
        """Go to the chat, where only this one may answer."""
        self.connection(connection).get_by_role("button", name="Chat with it").click()
        expect(self.page.get_by_placeholder("Message the router")).to_be_visible()
        settle(self.page)

    def connection(self, name: str) -> Locator:
        """One connection's part of the page."""
        return self.page.locator(f".st-key-connection-{name}")

    @property
    def status(self) -> Locator:
        """The status of all who can answer."""
        return self.page.get_by_role("table")

    def press(self, text: str, connection: str) -> None:
        """A button of one connection."""
        name = re.compile(f"^{re.escape(text)}( for .*)?$")
        self.connection(connection).get_by_role("button", name=name).click()
        settle(self.page)

    def add_server(self, name: str, url: str, key: str = "") -> None:
        """A server of one's own, by its address."""
        self.page.get_by_role("button", name="Add a server").click()
        form = self.connection("new-server")
        form.get_by_label("Name").fill(name)
        form.get_by_label("Base URL").fill(url)
        form.get_by_label("Key (optional)", exact=True).fill(key)
        self.press("Save and test", "new-server")

    def pick_server(self, name: str) -> None:
        """Which server's part is shown."""
        self.page.locator(".st-key-server-kind").get_by_role("radio", name=name).or_(
            self.page.locator(".st-key-server-kind").get_by_role("button", name=name)
        ).first.click()
        settle(self.page)

    def _stands(self) -> None:
        expect(self.page.get_by_role("heading", name="Connections")).to_be_visible()
        settle(self.page)
