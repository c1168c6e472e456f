"""The gateway under fire as a process of its own, watched from outside: log, counts, resources."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp

from tests.gateway.process import COMMAND, READY, ROOT, environment

_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)
_POLLS = 400
_LOOKS = 40
_PAUSE = 0.05


class Resources(NamedTuple):
    """What a process holds: open files (sockets are files), tasks, resident memory in MB.

    Files and memory are 0 where the system does not tell (it is Linux that does).
    """

    files: int
    tasks: int
    memory_mb: float


@dataclass(frozen=True)
class GatewayProcess:
    """A running gateway; ``log`` is the file its stderr goes to."""

    url: str
    log: Path

    async def samples(self) -> dict[tuple[str, str], float]:
        """Every figure at ``/metrics``, by name and labels."""
        async with aiohttp.request("GET", f"{self.url}/metrics") as response:
            text = await response.text()
        return {(name, labels): float(value) for name, labels, value in _SAMPLE.findall(text)}

    async def total(self, name: str, label: str = "") -> int:
        """The sum of a counter over all its labels, or over those that contain ``label``."""
        samples = await self.samples()
        return int(
            sum(
                value
                for (found, labels), value in samples.items()
                if found == name and label in labels
            )
        )

    async def resources(self) -> Resources:
        """What it holds at rest, once that has not changed for some looks in a row."""
        same, last = 0, await self.look()
        for _ in range(_POLLS):
            await asyncio.sleep(_PAUSE)  # another process: there is no event to wait for
            now = await self.look()
            same, last = (same + 1 if now[:2] == last[:2] else 0), now
            if same == _LOOKS:
                break
        return last

    async def look(self) -> Resources:
        """What it holds now, at work or not."""
        found = await self.samples()
        return Resources(
            int(found.get(("process_open_fds", ""), 0)),
            int(found["speko_tasks", ""]),
            found.get(("process_resident_memory_bytes", ""), 0) / 2**20,
        )

    def lines(self) -> list[dict[str, Any]]:
        """The log, line by line; every one of them is JSON."""
        return [json.loads(line) for line in self.log.read_text().splitlines()]


@asynccontextmanager
async def gateway_process(
    folder: Path, settings: Mapping[str, str], *options: str, descriptors: int | None = None
) -> AsyncGenerator[GatewayProcess]:
    """Serve in a child process until the context ends; then its log is whole.

    ``descriptors``: as many may be open in it, and no more.
    """
    few = ("bash", "-c", f'ulimit -n {descriptors}; exec "$@"', "few") if descriptors else ()
    log = folder / "gateway.log"
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            *few, *COMMAND, "serve", "--port", "0", "--exit-with-stdin", *options,
            cwd=ROOT,
            env=environment(folder, SPEKO_LOG_LEVEL="info", **settings),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            line = (await process.stdout.readline()).decode().strip()
            assert line.startswith(READY), log.read_text()
            yield GatewayProcess(line.removeprefix(READY), log)
            process.stdin.close()
            assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
