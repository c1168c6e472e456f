"""Many visitors at once, each with the cookie and the WebSocket of a browser, and no browser."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import aiohttp
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.Markdown_pb2 import Markdown
from streamlit.proto.WidgetStates_pb2 import WidgetState

_ANSWERED_BY = re.compile(r"About this answer.*?<b>([^<]+)</b>")


class Visitor:
    """One of them: reads the page as it comes, and sends one message."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._box = ""
        self._fields: dict[str, str] = {}
        self._answers: list[list[int]] = []

    async def open(self) -> None:
        """Draw the chat page until it is whole, with its message box."""
        runs = 0
        while not self._box or runs < 2:
            await self._ask([])
            await self._read_to_end()
            runs += 1

    async def send(self, message: str) -> tuple[float, str]:
        """Send; seconds until the answer's first words came, and who gave it, as its chip says.

        A bare page's answer has no chip, and nobody's name.
        """
        said = WidgetState(id=self._box)
        said.chat_input_value.data = message
        # A browser says with every message what all fields say, also those that nobody touched.
        fields = [WidgetState(id=id, string_value=text) for id, text in self._fields.items()]
        begun, first = time.perf_counter(), 0.0
        await self._ask([said, *fields])
        async for came in self._messages():
            if not first and self._is_answer(came):
                first = time.perf_counter() - begun
            if by := _ANSWERED_BY.search(came.delta.new_element.html.body):
                return first, by[1]
            if first and is_end(came):
                return first, ""
        raise AssertionError("the page closed before the answer was whole")

    def _is_answer(self, came: ForwardMsg) -> bool:
        """Whether this draws words into the assistant's message."""
        path = list(came.metadata.delta_path)
        if came.delta.add_block.chat_message.name == "assistant":
            self._answers.append(path)
        within = any(path[: len(answer)] == answer for answer in self._answers)
        return within and has_words(came.delta.new_element)

    async def _ask(self, states: list[WidgetState]) -> None:
        ask = BackMsg()
        ask.rerun_script.query_string = ""
        ask.rerun_script.widget_states.widgets.extend(states)
        await self._socket.send_bytes(ask.SerializeToString())

    async def _messages(self) -> AsyncIterator[ForwardMsg]:
        async for received in self._socket:
            yield ForwardMsg.FromString(received.data)

    async def _read_to_end(self) -> None:
        async for came in self._messages():
            drawn = came.delta.new_element
            self._box = drawn.chat_input.id or self._box
            for field in (drawn.text_input, drawn.text_area):
                if field.id:
                    self._fields[field.id] = field.value if field.set_value else field.default
            if is_end(came):
                return


def is_end(came: ForwardMsg) -> bool:
    """Whether the page is drawn, and will not draw itself again at once."""
    ended = came.WhichOneof("type") == "script_finished"
    return ended and came.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY


def has_words(drawn: Element) -> bool:
    """Whether the element is an answer's, or a bare page's: Markdown that is no caption."""
    if "sp-answer" in drawn.html.body:
        return True
    markdown = drawn.markdown
    return bool(markdown.body) and markdown.element_type == Markdown.Type.NATIVE


async def first_words(url: str, visitors: int, published: Mapping[str, float]) -> list[float]:
    """Seconds until each of them has the first words, less the published time of who answered.

    ``published`` are seconds by the name of who answers; 0 for nobody's.
    """
    async with AsyncExitStack() as opened:
        crowd = [Visitor(await _connected(url, opened)) for _ in range(visitors)]
        for visitor in crowd:
            await visitor.open()
        answers = await asyncio.gather(*(visitor.send("Good morning") for visitor in crowd))
    return [taken - (published[vendor] if vendor else 0.0) for taken, vendor in answers]


async def _connected(url: str, opened: AsyncExitStack) -> aiohttp.ClientWebSocketResponse:
    jar = aiohttp.CookieJar(unsafe=True)  # the server is an address, and not a name
    session = await opened.enter_async_context(aiohttp.ClientSession(cookie_jar=jar))
    async with session.get(f"{url}/_stcore/host-config") as first_question:
        await first_question.read()
    socket = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    return await opened.enter_async_context(
        session.ws_connect(socket, protocols=("streamlit",), origin=url, max_msg_size=0)
    )
