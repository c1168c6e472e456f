"""A turn that is over, as HTML: the message, the answer or the error, chips, and its menus. Pure.

One piece of HTML for each turn, and no widget: a page with many turns is drawn in a fraction of
the time. What its buttons do is in ``turn_menu`` and ``turns.js``. Texts are escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from playground.chat import siblings as wordings
from playground.chat.turn_menu import answer_menu, message_menu
from playground.chat.turns_html import chips_html
from playground.look import parts, words
from playground.look.answer_html import answer_html
from playground.receipts import receipt_words
from playground.sessions import turn_words
from playground.sessions.turns import Turn, TurnError
from speko_client.models import ScoredCandidate

UNFINISHED = ("failed", "stopped", "interrupted")


def turn_html(
    turn: Turn, siblings: Sequence[Turn] = (), others: Sequence[ScoredCandidate] = ()
) -> str:
    """The turn; ``siblings`` are all at its place, itself too; ``others`` could be asked."""
    answer = f"{body_html(turn)}{_under(turn, others)}"
    return (
        f'<section class="turn st-key-turn-{turn.id}" data-turn="{turn.id}" '
        f'aria-label="Turn {turn.number}">{message_html(turn.message, message_menu(turn))}'
        f"{fork_html(turn, siblings)}{_said('assistant', answer)}</section>"
    )


def message_html(message: str, menu: str = "") -> str:
    """What a person typed; nothing where an imported answer has no message before it."""
    if not message:
        return ""
    return _said("user", f"{parts.typed(message)}{menu}")


def _said(who: str, html: str) -> str:
    return (
        f'<div class="sp-said sp-{who}"><span class="sp-avatar" aria-hidden="true"></span>'
        f'<div role="group" aria-label="Chat message from {who}">{html}</div></div>'
    )


def body_html(turn: Turn) -> str:
    """An answer that has ended: its words, and why there are no more."""
    answer = turn.answer
    pieces = [_thoughts(turn)]
    if answer.text:
        source = escape(answer.text)
        pieces.append(f'<div class="turn-text" data-markdown="{source}">')
        pieces.append(f"{answer_html(answer.text)}</div>")
    if answer.cut:
        pieces.append(f'<p class="turn-note">✂ {escape(answer.cut)}</p>')
    if turn.error is not None:
        pieces.append(_error(turn.error, broke_off=bool(answer.text)))
    elif note := turn_words.status_note(turn):
        pieces.append(f'<p class="turn-note">■ {escape(note)}</p>')
    return "".join(pieces)


def _thoughts(turn: Turn) -> str:
    label = turn_words.reasoned(turn.answer)
    if not label:
        return ""
    return (
        f'<details class="sp-thought"><summary>{escape(label)}</summary>'
        f'<div class="sp-thoughts">{parts.typed(turn.answer.reasoning)}</div></details>'
    )


def _error(error: TurnError, *, broke_off: bool) -> str:
    lead = "The answer broke off. " if broke_off else ""
    return (
        f'<div class="turn-error"><p>{escape(lead + error.message)}</p>'
        f"<p>{escape(error.advice)}</p></div>"
    )


def _under(turn: Turn, others: Sequence[ScoredCandidate]) -> str:
    """The chips, the receipt, and what a person can do."""
    chips = chips_html(turn) if turn.answer.provider or turn.drilled or turn.origin else ""
    buttons = []
    if turn.origin is None:
        receipt = receipt_words.name(turn)
        buttons.append(button("receipt", receipt, f"{receipt} in turn {turn.number}"))
    if turn.status in UNFINISHED:
        buttons.append(button("form", "Retry", f"Retry turn {turn.number}"))
    return f'<div class="turn-under">{chips}{"".join(buttons)}{answer_menu(turn, others)}</div>'


def button(act: str, said: str, label: str = "", to: str = "", more: str = "") -> str:
    """A quiet button; ``label`` is its whole name where ``said`` is a part of it."""
    named = f' aria-label="{escape(label)}"' if label else ""
    leads = f' data-to="{escape(to)}"' if to else ""
    return (
        f'<button type="button" class="sp-act" data-act="{act}"{leads}{named}{more}>'
        f"{escape(said)}</button>"
    )


def fork_html(turn: Turn, siblings: Sequence[Turn]) -> str:
    """The way to the others at this place, and what is different there; nothing if it is alone."""
    ids = [each.id for each in siblings]
    if turn.id not in ids or len(ids) < 2:
        return ""
    place = ids.index(turn.id)
    steps = [
        _step(way, turn, ids[to] if 0 <= to < len(ids) else "")
        for way, to in (("Earlier", place - 1), ("Later", place + 1))
    ]
    rows = "".join(_sibling(each, siblings, turn) for each in range(len(siblings)))
    return (
        f'<div class="turn-fork st-key-fork-{turn.id}">{steps[0]}'
        f"<span>{place + 1} of {len(ids)}</span>{steps[1]}"
        f'<details><summary>What differs</summary><ol class="turn-siblings">{rows}</ol></details>'
        "</div>"
    )


def _step(way: str, turn: Turn, to: str) -> str:
    off = "" if to else ' aria-disabled="true"'
    return button("show" if to else "", way, f"{way} answer of turn {turn.number}", to, off)


def _sibling(place: int, siblings: Sequence[Turn], shown: Turn) -> str:
    each = siblings[place]
    mark = parts.mark(each.answer.provider or "")
    told = wordings.differences(each, siblings[place - 1]) if place else []
    differs = ", ".join(told) or ("asked first" if not place else "asked the same again")
    state = "" if each.status == "done" else f" · {each.status}"
    here = each.id == shown.id
    diff = button("differences", "Differences", f"Differences to answer {place + 1}", to=each.id)
    way = "<span>shown here</span>" if here else _way(each, place) + diff
    return (
        f"<li>{mark}<span><b>"
        f"{escape(wordings.answered_by(each))}</b>{escape(state)}"
        f"<small>{escape(differs)}</small></span>{way}</li>"
    )


def _way(turn: Turn, place: int) -> str:
    return button("show", "Show", f"Show answer {place + 1}", to=turn.id)


def deleted_html(turn_id: str, deleted: Sequence[Turn]) -> str:
    """What was deleted with this turn, and the way back."""
    below = len(deleted) - 1
    more = f", and {words.counted(below, 'turn')} below it" if below else ""
    undo = button("undo", "Undo", "Undo the deletion", to=turn_id)
    return (
        f'<div class="turn-deleted st-key-undo-delete" role="status">'
        f"<span>A turn was deleted{more}.</span>{undo}</div>"
    )
