"""What the hosted service would do with a request's tools, and this gateway does not.

There a tool with an ``executionMode`` other than ``inline`` is run by the service, up to
``maxToolHops`` times. Here every tool is a function of the caller's, and the answer's notes say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_MOST_NAMED = 5
_LONGEST_NAME = 64


def notes_on_tools(tools: Sequence[dict[str, Any]], most_hops: int | None) -> Sequence[str]:
    """Plain sentences; none where nothing is done differently than asked."""
    notes = []
    if names := [_name(tool) for tool in tools if _is_for_the_server(tool)]:
        named = ", ".join(names[:_MOST_NAMED])
        more = ", ..." if len(names) > _MOST_NAMED else ""
        notes.append(
            "This gateway runs no tools, so these went to the model as plain functions, for the "
            f"caller to run: {named}{more}."
        )
    if most_hops is not None:
        notes.append("maxToolHops has no effect: this gateway runs no tools.")
    return notes


def _is_for_the_server(tool: dict[str, Any]) -> bool:
    return any(
        mode not in (None, "inline")
        for form in _forms(tool)
        for mode in (form.get("executionMode"), _kind(form.get("source")))
    )


def _forms(tool: dict[str, Any]) -> list[dict[str, Any]]:
    """The tool itself, and what OpenAI's envelope holds."""
    inner = tool.get("function")
    return [tool, inner] if isinstance(inner, dict) else [tool]


def _kind(source: object) -> object:
    return source.get("kind") if isinstance(source, dict) else None


def _name(tool: dict[str, Any]) -> str:
    return str(_forms(tool)[-1].get("name"))[:_LONGEST_NAME]
