"""The command line: ``python -m speko_gateway serve | providers | pull-model``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import AsyncGenerator, Sequence

from speko_client.models import ChatMessage
from speko_gateway.app import create_app
from speko_gateway.build import build_gateway
from speko_gateway.config import KEY_VARIABLE, Config, gateway_key
from speko_gateway.providers.base import Finish, TextDelta
from speko_gateway.server import BindError, bind, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the result is the process's exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
    except BindError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m speko_gateway", description=__doc__)
    commands = parser.add_subparsers(title="commands", required=True)
    _add_serve(commands.add_parser("serve", help="serve /v1/complete", description=_SERVE))
    return parser


_SERVE = f"""Serve /v1/complete, the routing preview and the provider list. Callers send the key in
{KEY_VARIABLE} as their bearer token; without one set, a key is made and printed."""


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to bind (default %(default)s)")
    parser.add_argument("--port", type=int, default=8790, help="0 takes a free one")
    _add_fleet_options(parser)
    parser.add_argument(
        "--exit-with-stdin", action="store_true", help="end when standard input ends"
    )
    parser.set_defaults(run=_serve)


def _add_fleet_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--fleet",
        choices=["demo", "live", "auto"],
        default="auto",
        help="simulated vendors, live ones, or live where one is configured (default %(default)s)",
    )
    parser.add_argument(
        "--words",
        choices=["auto", "scripted"],
        default="auto",
        help="what the demo fleet says: the local model's words where its weights are present, "
        "or scripts (default %(default)s)",
    )
    parser.add_argument("--pace", type=float, default=1.0, help="scales simulated waits; 0 is none")
    parser.add_argument(
        "--snapshot",
        choices=["demo", "published"],
        help="scores to rank by (default: that of the fleet)",
    )


def _config(chosen: argparse.Namespace) -> Config:
    return Config(chosen.fleet, chosen.words, chosen.pace, chosen.snapshot)


def _serve(chosen: argparse.Namespace) -> int:
    key = gateway_key(os.environ)
    listener = bind(chosen.host, chosen.port)
    if key.made:
        print(f"{KEY_VARIABLE} is not set; this run's key is {key.value}", flush=True)
    app = create_app(build_gateway(_config(chosen), os.environ, NoEngine(), None), key.value)
    serve(app, listener, exit_with_stdin=chosen.exit_with_stdin)
    return 0


class NoEngine:
    """Stands in until the local model is wired in."""

    model_name = "none"

    def present(self) -> bool:
        """Never."""
        return False

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        *,
        temperature: float | None,
        max_tokens: int | None,
        seed: int | None,
    ) -> AsyncGenerator[TextDelta | Finish]:
        """Nothing."""
        yield Finish()

    async def count_tokens(self, text: str) -> int | None:
        """Unknown."""
        return None


if __name__ == "__main__":
    sys.exit(main())
