"""What a person can do with a message and with its answer: the two menus, as HTML. Pure.

A menu is one button and a list of entries that the browser opens. ``turns.js`` copies, links and
opens the box to edit in; all other entries are sent to the page (``actions_view.py``) by their name
in ``data-act``. A new entry is one line in ``_OF_ANSWER`` and its action there.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from playground.look import palette, parts
from playground.servers.pool import candidates
from playground.sessions.turns import Turn
from speko_client.models import ScoredCandidate

_OF_MESSAGE: Final = (("edit", "Edit and send again"), ("copy-message", "Copy"))
_OF_ANSWER: Final = (
    ("copy", "Copy as text"),
    ("copy-markdown", "Copy as Markdown"),
    ("again", "Ask again as it was"),
    ("form", "Ask again with the form's settings"),
)
_AFTER: Final = (
    ("compare", "Compare with others"),
    ("evaluate", "Evaluate this turn"),
    ("code", "The request as code"),
    ("link", "Copy the link to this turn"),
    ("delete", "Delete"),
)
MOST_OTHERS: Final = 12
_NEED_TEXT: Final = frozenset({"copy", "copy-markdown", "compare"})
_NEED_SENT: Final = frozenset({"code"})
"""Nobody knows what was sent for an imported turn."""


def message_menu(turn: Turn) -> str:
    """The menu of what a person said."""
    return _menu(turn, "message", [_entry(*each) for each in _OF_MESSAGE])


def answer_menu(turn: Turn, others: Sequence[ScoredCandidate]) -> str:
    """The menu of an answer; ``others`` can be asked in place of who answered."""
    missing = (_NEED_TEXT if not turn.answer.text else set()) | (
        _NEED_SENT if turn.origin else set()
    )
    before, after = (
        [_entry(*each) for each in entries if each[0] not in missing]
        for entries in (_OF_ANSWER, _AFTER)
    )
    return _menu(turn, "answer", [*before, _other_providers(others), *after])


def others(turn: Turn, ranked_now: Sequence[ScoredCandidate]) -> list[ScoredCandidate]:
    """Who else could be asked: those it was ranked with; where it had no choice, those of now."""
    answered = (turn.answer.provider, turn.answer.model)
    for ranked in (candidates(turn.ranking) if turn.ranking else [], ranked_now):
        if left := [each for each in ranked if (each.provider_id, each.model_id) != answered]:
            return left[:MOST_OTHERS]
    return []


def _menu(turn: Turn, of: str, entries: Sequence[str]) -> str:
    name = f"menu-{of}-{turn.id}"
    label = f"More for the {of} of turn {turn.number}"
    return (
        f'<button type="button" class="turn-more" popovertarget="{name}" aria-label="{label}" '
        f'title="More">⋯</button><div class="turn-menu" id="{name}" popover role="group" '
        f'aria-label="{label}">{"".join(entries)}</div>'
    )


def _entry(act: str, words: str) -> str:
    return f'<button type="button" data-act="{act}">{escape(words)}</button>'


def _other_providers(others: Sequence[ScoredCandidate]) -> str:
    if not others:
        return ""
    entries = "".join(
        f'<button type="button" data-act="with" data-to="{escape(target(each))}">'
        f"{parts.mark(each.provider_id)}<span>"
        f"{escape(palette.label(each.provider_id, each.model_id))}</span></button>"
        for each in others
    )
    return f"<details><summary>Ask another provider</summary>{entries}</details>"


def target(candidate: ScoredCandidate) -> str:
    """The candidate as an allow-list names it: ``vendor:model``."""
    return f"{candidate.provider_id}:{candidate.model_id}"
