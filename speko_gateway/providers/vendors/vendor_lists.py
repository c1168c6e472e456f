"""The models that a vendor of the catalogue lists itself, for each key.

A list is asked for in the background and taken for true for a day; nobody waits for one. Until it
has come, and where it does not come, the catalogue counts. Lists by the environment's keys are kept
over restarts in one small file, and asked for anew at each start: the key may be another one.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from speko_client.model_ids import talking_models
from speko_gateway.files import UnusableFileError, read_regular, replace_file
from speko_gateway.provider import ProviderError
from speko_gateway.providers.vendors.model_lists import Lister

FRESH_SECONDS: Final = 86_400.0
"""How long a list is taken for true."""
RETRY_SECONDS: Final = 600.0
"""How long until a vendor that gave no list is asked again."""
MOST_LISTS: Final = 256
"""Those asked for last: callers bring keys of their own."""
MOST_MODELS: Final = 2_000
"""Of one list."""
LONGEST_ID: Final = 200
MOST_WAITING: Final = 64
"""Lists that are to be asked for; beyond that a later request has to ask again."""
AT_ONCE: Final = 4
FILE_NAME: Final = "vendor-models.json"
MOST_BYTES: Final = 4 * 1024 * 1024

_log = logging.getLogger(__name__)

_LONGEST_ADDRESS: Final = 2_000
_Text = Annotated[str, Field(min_length=1, max_length=_LONGEST_ADDRESS)]


class ListName(NamedTuple):
    """Whose list it is. ``connection`` is empty for the environment's key (``Vendors.names``)."""

    vendor: str
    address: str
    connection: str = ""

    @property
    def lasts(self) -> bool:
        """Whether it is kept over restarts: what stands before an @ or behind a ? may be secret."""
        plain = not {"@", "?"} & {*self.address} and len(self.address) <= _LONGEST_ADDRESS
        return plain and not self.connection


class _SavedList(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    vendor: _Text
    address: _Text
    models: Annotated[tuple[_Text, ...], Field(max_length=MOST_MODELS, fail_fast=True)]


class _SavedFile(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Annotated[int, Field(ge=1, le=1)] = 1
    lists: Annotated[tuple[_SavedList, ...], Field(max_length=MOST_LISTS, fail_fast=True)]


@dataclass(slots=True)
class _List:
    """A list, None before it has come, and the time from which on it is asked for again."""

    models: frozenset[str] | None = None
    due: float = 0.0


class VendorLists:
    """The lists of this process. ``clock`` gives monotonic seconds.

    ``asking`` False: no vendor is asked, and the catalogue counts. ``path`` None: the lists end
    with the process.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        asking: bool = True,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._path = path
        self.asking = asking
        self._clock = clock
        self._lists: OrderedDict[ListName, _List] = OrderedDict()
        self._waiting: dict[ListName, Lister] = {}
        self._wanted = asyncio.Event()
        self.revision = 0
        """Another number whenever a list has changed."""
        if path is not None and asking:
            self._lists.update(_read(path))
            self.revision = len(self._lists)

    def of(self, name: ListName) -> frozenset[str] | None:
        """The models that chat on this list; None where none has come yet."""
        found = self._lists.get(name)
        return found.models if found else None

    def want(self, name: ListName, server: Lister) -> None:
        """Have the list asked for in the background, unless it is fresh."""
        if not self.asking:
            return
        found = self._lists.get(name)
        late = found is None or self._clock() >= found.due
        if late and name not in self._waiting and len(self._waiting) < MOST_WAITING:
            self._waiting[name] = server
            self._wanted.set()

    async def keep(self) -> None:
        """Ask for what is wanted, until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            await self.ask_all()

    async def ask_all(self) -> None:
        """Ask for all that is wanted now."""
        while batch := dict(list(self._waiting.items())[:AT_ONCE]):
            before = self.revision
            await asyncio.gather(*(self._ask(*each) for each in batch.items()))
            for name in batch:
                del self._waiting[name]
            if self.revision != before:
                await self._save()

    async def _ask(self, name: ListName, server: Lister) -> None:
        found = self._lists.setdefault(name, _List())
        self._lists.move_to_end(name)
        try:
            talking = talking_models(await server.list_models())
            models = frozenset([each for each in talking if len(each) <= LONGEST_ID][:MOST_MODELS])
        except ProviderError:
            models = frozenset()
        # An empty list says that the key sees none, or that this was no list: the catalogue counts.
        found.due = self._clock() + (FRESH_SECONDS if models else RETRY_SECONDS)
        if models and models != found.models:
            found.models = models
            self.revision += 1
        while len(self._lists) > MOST_LISTS:
            self._lists.popitem(last=False)

    async def _save(self) -> None:
        lasting = [
            _SavedList(vendor=name.vendor, address=name.address, models=tuple(sorted(each.models)))
            for name, each in self._lists.items()
            if name.lasts and each.models
        ]
        if self._path is None or not lasting:
            return
        content = _SavedFile(lists=tuple(lasting)).model_dump_json().encode()
        try:
            await asyncio.to_thread(replace_file, self._path, content)
        except OSError as error:
            why = error.strerror or type(error).__name__
            _log.warning("Vendors' model lists cannot be kept in %s: %s.", self._path, why)


def _read(path: Path) -> Iterator[tuple[ListName, _List]]:
    """What was kept; nothing, and a line in the log, where the file cannot be used."""
    try:
        saved = _SavedFile.model_validate_json(read_regular(path, MOST_BYTES))
    except FileNotFoundError:
        return
    except (OSError, UnusableFileError, ValidationError) as error:
        why = "it is damaged" if isinstance(error, ValidationError) else str(error)
        _log.warning("Vendors' model lists of earlier runs are lost: %s, %s.", path, why)
    else:
        for each in saved.lists:
            yield ListName(each.vendor, each.address), _List(frozenset(each.models))
