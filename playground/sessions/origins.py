"""Where an imported turn was answered: in another tool, by no server of this playground. Pure.

Such a turn is part of the conversation and is sent along as what was said before. It is no part of
any figure: nobody was routed to here, nothing was measured and nothing was paid.
"""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict

_NAMES: Final = {
    "chatgpt": "ChatGPT",
    "claude": "Claude",
    "open-webui": "Open WebUI",
    "librechat": "LibreChat",
    "sharegpt": "ShareGPT",
    "messages": "messages JSON",
    "speko": "this playground",
}


class Origin(BaseModel):
    """The tool, such as ``chatgpt``, and the id that the turn's answer (or message) had there."""

    model_config = ConfigDict(frozen=True)

    tool: str
    id: str = ""

    @property
    def name(self) -> str:
        """The tool's own name, such as ``ChatGPT``."""
        return tool_name(self.tool)


def tool_name(tool: str) -> str:
    """A tool's own name; the word itself where it is not known."""
    return _NAMES.get(tool, tool)
