"""What is real here and what is not: the rows of the page's two tables, and its sentences. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from playground.look.parts import Tone
from speko_client.models import Fleet, SnapshotInfo

TITLE: Final = "What is real here"

_TONES: Final[dict[str, Tone]] = {
    "real": "good",
    "illustrative": "amber",
    "estimated": "info",
    "published": "info",
    "measured": "good",
    "from votes": "good",
}


class Part(NamedTuple):
    """One part of what a person meets here: how real it is, and what that means, in a sentence."""

    name: str
    state: str
    means: str

    @property
    def tone(self) -> Tone:
        """How its state is drawn."""
        return _TONES.get(self.state, "")


class Label(NamedTuple):
    """A label of the pages, what it means, and where it stands."""

    name: str
    means: str
    stands: str


LABELS: Final = (
    Label(
        "simulated",
        "A vendor's pace and price are played, by the figures that the router also ranks by. The "
        "vendor was not called.",
        "Under an answer, in its receipt, in the preview, on Routing, in charts and exports",
    ),
    Label(
        "scripted",
        "The words were written beforehand: for the messages that the chat offers, for demos, and "
        "for all messages while the local model's file is not here.",
        "Beside “simulated”",
    ),
    Label(
        "words by …",
        "The words were generated from your conversation by the small model named there, on this "
        "playground's machine.",
        "Beside “simulated”",
    ),
    Label(
        "local model",
        "That small model answered under its own name, at its own pace.",
        "Under an answer",
    ),
    Label(
        "live",
        "A real vendor answered over the network, with a key, and may bill it.",
        "Under an answer",
    ),
    Label(
        "illustrative",
        "The scores were made up so that the router's choices differ. Nobody measured them.",
        "Under the preview, on Routing",
    ),
    Label(
        "estimated, ≈",
        "Calculated, not billed: list price times tokens. Where nobody counted the tokens, the "
        "length of the text says about how many there are.",
        "Under an answer, in receipts, charts and exports",
    ),
    Label(
        "drill",
        "A fault on purpose. The vendor named did not fail.",
        "The banner, under an answer, in receipts, charts and exports",
    ),
    Label(
        "what-if",
        "Ranked by weights or figures that somebody changed here.",
        "Under an answer, in the preview, on Routing",
    ),
)


@dataclass(frozen=True, slots=True)
class Here:
    """The server in use: its name, and its fleet where it is the embedded gateway and answers.

    ``scores_chosen``: this browser session has chosen what its requests are ranked by.
    """

    server: str
    embedded: bool
    fleet: Fleet | None = None
    scores_chosen: bool = False

    @property
    def is_demo(self) -> bool:
        """Whether vendors are simulated."""
        return self.fleet is not None and self.fleet.demo


def in_short(here: Here) -> str:
    """The page in one sentence."""
    if not here.embedded:
        return (
            f"You are connected to {here.server}: it routes and answers, and says itself what is "
            "simulated."
        )
    if here.fleet is None:
        return "The gateway does not answer now, so nobody does."
    if here.is_demo:
        return (
            "The demo fleet is on: the routing is real, the vendors are played. None of them is "
            "called, nothing is billed, and no message leaves this playground's machine."
        )
    return "Real vendors answer, with keys of your own or of this playground's host."


def parts_here(here: Here) -> Sequence[Part]:
    """Part by part, what is real at the server in use; nothing where that is not known."""
    if not here.embedded:
        return (
            Part("Answers", "real", f"What {here.server} sends, word for word, as it arrives."),
            Part(
                "Routing and failover",
                "unknown",
                f"Decided by {here.server}. A receipt shows what it tells of them.",
            ),
            Part("Times", "real", "As that server reports them; else measured here."),
            _COSTS,
        )
    if here.fleet is None:
        return ()
    return (
        Part(
            "Routing",
            "real",
            "The same router for simulated and real vendors. The preview, the receipt and the "
            "Routing page show its arithmetic.",
        ),
        _scores(here.fleet.snapshot, chosen=here.scores_chosen),
        Part(
            "Failover",
            "real",
            "Who fails before the first word is followed by the next best. Faults are staged only "
            "by a drill, and labelled.",
        ),
        _vendors(here),
        _words(here.fleet),
        _COSTS,
    )


_COSTS: Final = Part(
    "Costs",
    "estimated",
    "List prices times tokens. A simulated answer shows what the real one would cost.",
)


def _scores(snapshot: SnapshotInfo, *, chosen: bool) -> Part:
    told = f"{snapshot.id} {snapshot.label} {snapshot.source}".casefold()
    state = next((each for each in ("illustrative", "published") if each in told), "from a file")
    # The ids of snapshots that are made here begin with what they are made of.
    made_of = snapshot.id.partition("-")[0]
    state = {"measured": "measured", "votes": "from votes"}.get(made_of, state)
    mine = " Chosen in this browser session, on Routing." if chosen else ""
    return Part("Scores", state, f"{snapshot.source.rstrip('.')}.{mine}")


def _vendors(here: Here) -> Part:
    if here.is_demo:
        return Part(
            "Vendors",
            "simulated",
            "None is called. The scores say how long each waits for its first word, and how fast "
            "it goes on.",
        )
    return Part("Vendors", "real", "Called over the network, with a key. They may bill it.")


def _words(fleet: Fleet) -> Part:
    if not fleet.demo:
        return Part("Words", "real", "The vendors' own, or the local model's under its own name.")
    if fleet.words == "scripted":
        return Part(
            "Words",
            "scripted",
            "Written beforehand, for every message. With the local model they would be generated "
            "from your conversation; the chat offers to fetch it.",
        )
    return Part(
        "Words",
        "scripted, or generated",
        f"Written beforehand for the messages that the chat offers, and for demos. All others are "
        f"generated here by {fleet.words}, a small model: expect simple answers, and mistakes.",
    )


def what_leaves(here: Here) -> Sequence[tuple[str, str]]:
    """What leaves the playground's machine, and where keys and sessions are: name and sentences."""
    return (
        ("Messages", _messages_go(here)),
        (
            "Keys",
            "A key that you type stays in the memory of this browser session, and goes with your "
            "requests to its own server or vendor only. A key of the host's stays in the server's "
            "environment. No key is written to a file, a log, an export or a URL.",
        ),
        (
            "Sessions",
            "Kept in this playground's own database until you delete them, or until the time limit "
            "that its host has set.",
        ),
        (
            "Scores of your own",
            "Kept as files in this playground's data folder until you delete them. Other visitors "
            "do not see them.",
        ),
    )


def _messages_go(here: Here) -> str:
    if not here.embedded:
        return f"They go to {here.server}, with their settings, and to nobody else from here."
    if here.is_demo or here.fleet is None:
        return "They stay on this playground's machine."
    return (
        "With the conversation so far they go to the vendor that answers, and to those tried "
        "before it. The local model, and model servers of your own, keep them where they run."
    )
