"""The command line of Evaluate: what can be asked of it, and how it ends.

It ends with 0 where all is well, with 100 where checks failed (or, where that was asked for, where
the run is a regression), and with 1 for everything else, which a sentence on stderr explains.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NoReturn

from playground.evaluate import command_words as words
from playground.evaluate.command_run import FAILED, CommandError, RunOptions, run_suite
from playground.evaluate.exporting import FORMATS, exported
from playground.evaluations.live_runs import evaluations
from playground.evaluations.running import AT_ONCE, MOST_AT_ONCE
from playground.evaluations.runs import RunStore
from playground.findings.measured import measured
from playground.runtime import Runtime, get_runtime
from playground.servers.local_gateway import GatewayStartError
from playground.sessions.database import StoreError
from playground.settings import SettingsError
from playground.suites.suite import SuiteError
from playground.teams.owner import MACHINE_OWNER

ERROR: Final = 1

_ERRORS = (CommandError, SuiteError, StoreError, SettingsError, GatewayStartError, OSError)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """A wrong argument is an error as any other."""
        self.print_usage(sys.stderr)
        self.exit(ERROR, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the result is the process's exit status."""
    chosen = _parser().parse_args(arguments)
    runtime: Runtime | None = None
    try:
        runtime = get_runtime()
        status: int = chosen.run(runtime, chosen)
    except _ERRORS as error:
        words.warn(str(error))
        return ERROR
    except KeyboardInterrupt:
        words.warn("Stopped. What is done is kept; --resume goes on with it.")
        return ERROR
    finally:
        if runtime is not None:
            runtime.shutdown()
    return status


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m playground.evaluate", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(title="commands", required=True)
    _add_run(commands)
    _add_list(commands)
    _add_show(commands)
    _add_export(commands)
    return parser


def _add_run(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser(
        "run",
        help="run a suite file",
        description="Run a suite file on the embedded gateway, or on the server that SPEKO_API_KEY "
        "and SPEKO_BASE_URL name. The run is in the same store as the playground's own.",
        epilog=f"It ends with 0, with {FAILED} where checks failed, and with {ERROR} for errors.",
    )
    parser.add_argument("suite", type=Path, help="the suite file (YAML or JSON)")
    parser.add_argument("--name", default="", help="what the run is called, else as the suite is")
    parser.add_argument(
        "--server",
        metavar="URL",
        help="ask this server instead; its key comes from SPEKO_API_KEY",
    )
    parser.add_argument(
        "--max-cost", type=_dollars, metavar="USD", help="the most it may cost, in US dollars"
    )
    parser.add_argument(
        "--resume",
        nargs="?",
        const="",
        metavar="RUN",
        help="go on with this run, or with the latest of the same suite that is not done",
    )
    parser.add_argument(
        "--concurrency",
        type=_calls,
        default=AT_ONCE,
        metavar="N",
        help="calls in flight at most (%(default)s)",
    )
    parser.add_argument("--seed", type=int, help="orders the arms; drawn where it is not given")
    parser.add_argument("--baseline", metavar="RUN", help="an earlier run to compare with")
    parser.add_argument(
        "--fail-on",
        choices=("checks", "regression"),
        action="append",
        help=f"what ends with {FAILED}: checks that failed (as it is), or arms that pass less than "
        "in the baseline, beyond chance; may be given twice",
    )
    parser.add_argument(
        "--dask",
        metavar="ADDRESS",
        help="have the workers of this Dask cluster make the cells (tcp://scheduler:8786)",
    )
    _add_files(parser)
    parser.set_defaults(run=_run)


def _add_list(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("list", help="list the runs in the store, the latest first")
    parser.set_defaults(run=_list)


def _add_show(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("show", help="say what a run found")
    parser.add_argument("run_id", metavar="RUN")
    parser.set_defaults(run=_show)


def _add_export(commands: argparse._SubParsersAction[_Parser]) -> None:
    parser = commands.add_parser("export", help="write a run as files")
    parser.add_argument("run_id", metavar="RUN")
    _add_files(parser)
    parser.set_defaults(run=_export)


def _add_files(parser: argparse.ArgumentParser) -> None:
    for name, what in FORMATS.items():
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write {what}")


def _run(runtime: Runtime, chosen: argparse.Namespace) -> int:
    options = RunOptions(
        suite=chosen.suite,
        name=chosen.name,
        server=chosen.server,
        max_cost_usd=chosen.max_cost,
        resume=chosen.resume,
        most=chosen.concurrency,
        seed=chosen.seed,
        baseline=chosen.baseline,
        fail_on=frozenset(chosen.fail_on or ("checks",)),
        dask=chosen.dask,
        files=_files(chosen),
    )
    return run_suite(runtime, options)


def _list(runtime: Runtime, _: argparse.Namespace) -> int:
    heads = evaluations(runtime).runs(MACHINE_OWNER).runs()
    words.tell(*words.listed(heads))
    return 0


def _show(runtime: Runtime, chosen: argparse.Namespace) -> int:
    runs = evaluations(runtime).runs(MACHINE_OWNER)
    run = words.require(runs.load(chosen.run_id), chosen.run_id)
    found = measured(run.suite, runs.summaries(run.id))
    over = run.status not in ("running", "paused")
    words.tell(*words.head_lines(run), *words.found_lines(found, over=over))
    return 0


def _export(runtime: Runtime, chosen: argparse.Namespace) -> int:
    files = _files(chosen)
    if not files:
        options = ", ".join(f"--{name}" for name in FORMATS)
        raise CommandError(f"Say what to write: {options}.")
    runs: RunStore = evaluations(runtime).runs(MACHINE_OWNER)
    run = words.require(runs.load(chosen.run_id), chosen.run_id)
    for name, path in files.items():
        exported(runs, run, name, path)
        words.tell(f"{path} is written.")
    return 0


def _files(chosen: argparse.Namespace) -> dict[str, Path]:
    given = {name: getattr(chosen, name) for name in FORMATS}
    return {name: path for name, path in given.items() if path is not None}


def _dollars(text: str) -> float:
    return _number(text, float, lambda usd: 0 <= usd <= 1e9, "an amount in US dollars")


def _calls(text: str) -> int:
    within = f"a number from 1 to {MOST_AT_ONCE}"
    return int(_number(text, int, lambda count: 1 <= count <= MOST_AT_ONCE, within))


def _number(
    text: str, kind: type[float] | type[int], fits: Callable[[float], bool], what: str
) -> float:
    try:
        number = kind(text)
    except ValueError:
        number = float("nan")
    if not fits(number):
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return number
