"""A machine too slow for the demo fleet: the answer says so once, and no vendor bears it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from speko_gateway.config import Config, Limits
from speko_gateway.gateway import Gateway, build_gateway
from speko_gateway.provider import Finish, TextDelta
from speko_gateway.providers.stand_ins.simulated import SimulatedProvider
from tests.e2e.chat_page import ChatPage
from tests.e2e.conftest import StartServer
from tests.e2e.harness import screenshot, settle
from tests.gateway.fleet_doubles import Wait
from tests.gateway.played_engine import PlayedEngine
from tests.gateway.served import KEY, serving
from tests.patience import PATIENCE

SLOW = PlayedEngine([Wait(6.0), TextDelta("Better late than never."), Finish(20, 5)])
IMPATIENT = replace(Limits(), first_token=3.0, idle=3.0)


def slow_fleet() -> Gateway:
    """A demo fleet whose words take six seconds, in a gateway that waits for three."""
    made = build_gateway(Config(fleet="demo", limits=IMPATIENT), {})
    vendors = {
        vendor: replace(provider, stage=replace(provider.stage, engine=SLOW))
        if isinstance(provider, SimulatedProvider)
        else provider
        for vendor, provider in made.fleet.providers.items()
    }
    return replace(made, fleet=replace(made.fleet, providers=vendors), fleets=None)


@pytest.fixture
def slow_gateway() -> Iterator[str]:
    """Its address; it has a thread of its own."""
    address: list[str] = []
    ready, stopping = threading.Event(), threading.Event()

    async def serve() -> None:
        async with serving(slow_fleet()) as client:
            address.append(str(client.base_url))
            ready.set()
            await asyncio.to_thread(stopping.wait)

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(PATIENCE)
    yield address[0]
    stopping.set()
    thread.join(PATIENCE)


def test_the_machines_lateness_is_said_and_nobody_fails_over(
    page: Page, start_server: StartServer, slow_gateway: str
) -> None:
    chat = ChatPage(page, start_server(SPEKO_API_KEY=KEY, SPEKO_BASE_URL=slow_gateway))
    chat.open()
    chat.send("What does a fish know about the water in which it swims?")
    expect(chat.last).to_contain_text("Better late than never.")
    expect(chat.chips).to_contain_text("this machine was slow: the words came")
    expect(chat.chips).to_contain_text("Google gemini-3.8-flash")
    expect(chat.chips).to_contain_text("290 ms to first token")
    expect(chat.chips).not_to_contain_text("Failed over")
    screenshot(page, "slow-machine")

    chat.last.get_by_role("button", name="Receipt").click()
    settle(page)
    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text("google/gemini-3.8-flash was the first choice and answered.")
    expect(receipt).to_contain_text("1 attempt")
    expect(receipt).to_contain_text("this machine was slow: the words came")
