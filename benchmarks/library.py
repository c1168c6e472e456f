"""How long a list, a filter or a search on the page Sessions takes the server.

10,000 sessions of 20 turns in six scripts, in SQLite and, under ``.ci/with-postgres``, in Postgres.
Measured is all that the page asks of the store for one look: what can be filtered by, a page of the
list with its count, and the snippets. To fill a store takes minutes; one that is filled already is
measured by its URL: ``python -m benchmarks.library sqlite:////folder/file.db``.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.library_data import SCRIPTS, Words, conversations
from benchmarks.report import Row, median, p95, print_heading, print_table, verdict
from playground.library.hits import hits_in
from playground.library.selection import Selection
from playground.library.shelf import Key, choices, page_of
from playground.sessions.store import OwnerStore, Store
from playground.teams.owner import MACHINE_OWNER

AIM_MS = 300.0
SESSIONS = 10_000
PAGES = 12
ROUNDS = 3
PLACES = (0, 1, 5, 20, 50, 200, 800, 3_000, 5_500)
"""Words to search for, by how frequent they are: the first is in every text of its script."""
SERVER = "TEST_POSTGRES_URL"

FILTERS = (
    Selection(providers=("openai",)),
    Selection(providers=("xai", "google"), languages=("zh",)),
    Selection(models=("gpt-4o-mini",), verticals=("legal",), presets=("cost",)),
    Selection(kinds=("simulated",), tags=("work",)),
    Selection(marks=("failovers", "imported")),
    Selection(marks=("errors", "compared")),
    Selection(tags=("keep", "draft"), marks=("errors",)),
)


def fill(store: OwnerStore) -> float:
    """Put all sessions into the store; returns the seconds."""
    began = time.perf_counter()
    store.put(conversations(SESSIONS))
    return time.perf_counter() - began


def searches() -> Iterator[tuple[str, Selection]]:
    """Words of each script, frequent and rare; the beginnings of words, phrases, two words."""
    dice = random.Random(1)  # noqa: S311 (nothing is kept secret by it)
    vocabularies = [Words(script, dice) for script in SCRIPTS]
    for number, vocabulary in enumerate(vocabularies):
        words = vocabulary.words
        for place in PLACES:
            yield "a word", Selection(query=words[place])
        yield "two words", Selection(query=f"{words[2]} {words[300]}")
        yield "two words", Selection(query=f"{words[0]} {words[1]}")
        yield "a phrase", Selection(query=f'"{words[0]} {words[1]}"')
        yield "a phrase", Selection(query=f'"{words[40]} {words[1]}"')
        yield "the beginning of a word", Selection(query=words[900][:3])
        filtered = FILTERS[number % len(FILTERS)].model_copy(update={"query": words[3]})
        yield "a word, filtered", filtered


def looks(store: OwnerStore) -> Iterator[tuple[str, float]]:
    """One look after the other: its kind, and its milliseconds."""
    for _ in range(ROUNDS):
        key = None
        for number in range(PAGES):
            began = time.perf_counter()
            key = look(store, Selection(), key)
            yield "the list" if number == 0 else "its next page", since(began)
        for kind, selection in (*(("a filter", each) for each in FILTERS), *searches()):
            began = time.perf_counter()
            look(store, selection)
            yield kind, since(began)


def look(store: OwnerStore, selection: Selection, key: Key | None = None) -> Key | None:
    """What the page asks of the store; returns where the next page begins."""
    choices(store)
    page = page_of(store, selection, key)
    hits_in(store, page.sessions, selection.query)
    return page.following


def since(began: float) -> float:
    """Milliseconds."""
    return (time.perf_counter() - began) * 1000


def measured(store: OwnerStore) -> Mapping[str, Sequence[float]]:
    """The milliseconds of each kind, and of all."""
    times: dict[str, list[float]] = {}
    for kind, milliseconds in looks(store):
        times.setdefault(kind, []).append(milliseconds)
    times["all"] = [each for some in times.values() for each in some]
    return times


def report(name: str, times: Mapping[str, Sequence[float]]) -> list[Row]:
    """A row for each kind."""
    return [
        (
            name,
            kind,
            len(some),
            f"{median(some):.0f}",
            f"{p95(some):.0f}",
            f"{max(some):.0f}",
            verdict(p95(some), AIM_MS),
        )
        for kind, some in times.items()
    ]


def main(urls: Sequence[str]) -> None:
    """Fill and measure both databases, or measure those that are named."""
    print_heading(f"Sessions: {SESSIONS:,} of 20 turns in six scripts")
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as folder:
        new = [f"sqlite:///{Path(folder) / 'library.db'}", os.environ.get(SERVER, "")]
        for url in urls or filter(None, new):
            everyone = Store(url)
            store = everyone.of(MACHINE_OWNER)
            name = "SQLite" if url.startswith("sqlite") else "Postgres"
            if not urls:
                print(f"{name}: filled in {fill(store):.0f} s", flush=True)
            rows += report(name, measured(store))
            everyone.close()
    print()
    print_table(("database", "what", "times", "p50 ms", "p95 ms", "most ms", "p95 < 300 ms"), rows)
    if not urls and not os.environ.get(SERVER):
        print(f"\nNo Postgres: {SERVER} is not set. Run this under .ci/with-postgres.")


if __name__ == "__main__":
    main(sys.argv[1:])
