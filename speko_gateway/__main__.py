"""The embedded gateway: routes /v1/complete among the models it can reach."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

from speko_client.models import FleetChoice
from speko_client.own_prices import PRICES_VARIABLE
from speko_gateway.config import (
    DATA_FOLDER_VARIABLE,
    KEY_VARIABLE,
    MODEL_LISTS_VARIABLE,
    PRIVATE_URLS_VARIABLE,
    SCORES_FOLDER_VARIABLE,
    SETTINGS,
    Config,
    drills_taken,
    gateway_key,
    model_lists_asked,
    path_named,
    private_urls_allowed,
    read_limits,
)
from speko_gateway.errors import SetupError
from speko_gateway.gateway import Gateway, build_gateway
from speko_gateway.http.app import create_app
from speko_gateway.http.log_lines import LogSettings, set_up_logging
from speko_gateway.http.server import bind, serve
from speko_gateway.local_model.model_file import fetch
from speko_gateway.routing.scores import SHIPPED

_log = logging.getLogger("speko_gateway")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the result is the process's exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m speko_gateway", description=__doc__)
    commands = parser.add_subparsers(title="commands", required=True)
    _add_serve(commands)
    _add_providers(commands)
    _add_pull_model(commands)
    return parser


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "serve",
        help="serve /v1/complete, the routing preview and the provider list",
        description="Serve until interrupted. Callers send the key in "
        f"{KEY_VARIABLE} as their bearer token; where none is set, one is made and printed.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (%(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8790, help="port to bind (%(default)s); 0 takes a free one"
    )
    _add_fleet_options(parser)
    _add_limits(parser)
    _add_log_options(parser)
    parser.add_argument(
        "--exit-with-stdin", action="store_true", help="end when standard input ends"
    )
    parser.add_argument(
        "--allow-private-urls",
        action="store_true",
        help="allow callers to name servers at private addresses; by default only if the gateway "
        f"is bound to loopback ({PRIVATE_URLS_VARIABLE}=true or =false does the same)",
    )
    parser.add_argument(
        "--drills",
        action=argparse.BooleanOptionalAction,
        help="allow callers to inject faults into their own requests; by default only if the "
        "gateway is bound to loopback",
    )
    parser.add_argument(
        "--model-lists",
        action=argparse.BooleanOptionalAction,
        help="ask connected vendors in the background which models they have "
        f"({MODEL_LISTS_VARIABLE}=true or =false does the same; true)",
    )
    parser.set_defaults(run=_serve)


def _add_providers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "providers",
        help="list every model, and why one cannot be called",
        description="List every model.",
    )
    _add_fleet_options(parser)
    parser.set_defaults(run=_providers)


def _add_pull_model(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser(
        "pull-model",
        help="fetch the local model's file",
        description="Fetch the file of the local model, once.",
    )
    parser.add_argument(
        "--progress",
        choices=["text", "json"],
        default="text",
        help="how to show the progress: for people, or one JSON object a line (%(default)s)",
    )
    parser.set_defaults(run=_pull_model)


def _add_fleet_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fleet",
        choices=get_args(FleetChoice),
        default="auto",
        help="simulated vendors, live ones, or live where one is configured (%(default)s)",
    )
    parser.add_argument(
        "--words",
        choices=["auto", "scripted"],
        default="auto",
        help="what the demo fleet says: the local model's words if its file is here, or scripts "
        "(%(default)s)",
    )
    parser.add_argument(
        "--pace", type=_pace, default=1.0, help="scales simulated waits; 0 is none (%(default)s)"
    )
    parser.add_argument(
        "--snapshot",
        metavar="|".join((*SHIPPED, "FILE")),
        help="the scores to rank by: a shipped name or a file (default: those made for the fleet)",
    )
    parser.add_argument(
        "--scores-folder",
        metavar="FOLDER",
        help="snapshots of your own that requests may name, each a JSON file "
        f"({SCORES_FOLDER_VARIABLE})",
    )
    parser.add_argument(
        "--data-folder",
        metavar="FOLDER",
        help="where measured times and vendors' model lists are kept over restarts "
        f"({DATA_FOLDER_VARIABLE}; without, they are not)",
    )
    parser.add_argument(
        "--prices",
        metavar="FILE",
        help=f"a price list of your own, as JSON; it stands before list prices ({PRICES_VARIABLE})",
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("limits", "each may be set by its environment variable too")
    for each in SETTINGS:
        explained = f"{each.help} ({each.default:g}; {each.variable})"
        group.add_argument(each.flag, dest=each.destination, metavar="N", help=explained)


def _add_log_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--log-level",
        choices=LogSettings.LEVELS,
        help="what is logged on stderr; info has a line per request (info; SPEKO_LOG_LEVEL)",
    )
    parser.add_argument(
        "--log-format",
        choices=LogSettings.FORMATS,
        help="one JSON object a line, or text for people (json; SPEKO_LOG_FORMAT)",
    )


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return int(text)


def _pace(text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = -1.0
    if not 0 <= pace < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a factor (0 or more)")
    return pace


def _config(chosen: argparse.Namespace) -> Config:
    scores = path_named(chosen.scores_folder, SCORES_FOLDER_VARIABLE, os.environ)
    data = path_named(chosen.data_folder, DATA_FOLDER_VARIABLE, os.environ)
    return Config(
        chosen.fleet,
        chosen.words,
        chosen.pace,
        chosen.snapshot,
        scores_folder=scores,
        data_folder=data,
        prices=path_named(chosen.prices, PRICES_VARIABLE, os.environ),
    )


def _serve(chosen: argparse.Namespace) -> int:
    log = LogSettings.read(chosen.log_level, chosen.log_format, os.environ)
    limits = read_limits(vars(chosen), os.environ)
    key = gateway_key(os.environ)
    listener = bind(chosen.host, chosen.port)
    if key.made:
        print(f"{KEY_VARIABLE} is not set; this run's key is {key.value}", flush=True)
    bound = str(listener.getsockname()[0])
    allowed = private_urls_allowed(chosen.allow_private_urls, os.environ, bound)
    drills = drills_taken(chosen.drills, bound)
    config = replace(
        _config(chosen),
        private_urls=allowed,
        drills=drills,
        limits=limits,
        model_lists=model_lists_asked(chosen.model_lists, os.environ),
    )
    set_up_logging(log, {**os.environ, KEY_VARIABLE: key.value})
    gateway = build_gateway(config, os.environ)
    _log_problems(gateway)
    app = create_app(gateway, key.value)
    serve(app, listener, limits, exit_with_stdin=chosen.exit_with_stdin)
    return 0


def _log_problems(gateway: Gateway) -> None:
    """Which vendors of the environment cannot be called, and why; the others are served anyway."""
    for provider in gateway.vendors.connected.values() if gateway.vendors else ():
        if provider.problem is not None:
            _log.warning("%s cannot be called: %s.", provider.vendor.name, provider.problem)


def _providers(chosen: argparse.Namespace) -> int:
    gateway = build_gateway(_config(chosen), os.environ)
    asyncio.run(_ask_lists(gateway))
    rows = [row for row in gateway.fleet.known(gateway.snapshot) if row.model is not None]
    width = max(len(row.id) for row in rows)
    try:
        for row in rows:
            print(f"{row.id:<{width}}  {row.kind:<9}  {row.reason or 'available'}")
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads this (`| head`) has seen enough; the interpreter's end would write the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


async def _ask_lists(gateway: Gateway) -> None:
    if gateway.fleets is not None:
        await gateway.fleets.ask_lists()
    await gateway.close()


def _pull_model(chosen: argparse.Namespace) -> int:
    as_json = chosen.progress == "json"
    try:
        path = fetch(_json_progress if as_json else _text_progress())
    except SetupError as error:
        print(json.dumps({"error": str(error)}) if as_json else f"\n{error}", flush=True)
        return 1
    print(json.dumps({"path": str(path)}) if as_json else f"\nThe model is at {path}", flush=True)
    return 0


def _json_progress(done: int, total: int) -> None:
    print(json.dumps({"done": done, "total": total}), flush=True)


def _text_progress() -> Callable[[int, int], None]:
    """One line that is rewritten on a terminal; elsewhere a line per tenth."""
    ending = "\r" if sys.stdout.isatty() else "\n"
    step = 1 if sys.stdout.isatty() else 10
    shown = -1

    def show(done: int, total: int) -> None:
        nonlocal shown
        percent = done * 100 // total // step * step
        if percent != shown:
            shown = percent
            print(f"{percent:3} % of {total / 1e6:.0f} MB", end=ending, flush=True)

    return show


if __name__ == "__main__":
    sys.exit(main())
