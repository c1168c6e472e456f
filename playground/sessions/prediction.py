"""What the router would do, asked as a turn begins: the half of its receipt that comes before.

It is asked beside the answer and never in its way: what goes wrong with it leaves the turn without
a prediction, and nothing else.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from playground.servers.connection import Connection
from playground.sessions.sound_text import sound_model
from playground.sessions.turns import TurnSettings, preview_arguments
from speko_client import AsyncSpeko
from speko_client.errors import SpekoApiError
from speko_client.models import RoutingPreview

PREDICTION_SECONDS: Final = 2.0
"""A preview runs no model: a server that needs longer has none to give."""

_LOG = logging.getLogger(__name__)


async def predict(
    connection: Connection, settings: TurnSettings, within: float = PREDICTION_SECONDS
) -> RoutingPreview | None:
    """The server's preview for these settings; None where it gives none ``within`` seconds."""
    try:
        async with asyncio.timeout(within):
            return await _preview(connection, settings, within)
    except (SpekoApiError, TimeoutError) as error:
        # A server without previews answers 404 to each turn: nothing for the log of every day.
        _LOG.debug("No preview from %s: %s", connection.name, type(error).__name__)
    except Exception:
        # A bug here must not take the answer along, nor hide.
        _LOG.exception("A turn's preview could not be asked for")
    return None


async def _preview(connection: Connection, settings: TurnSettings, within: float) -> RoutingPreview:
    async with AsyncSpeko(
        api_key=connection.key.get_secret_value(),
        base_url=connection.base_url,
        timeout=within,
        keyless=True,
        extra_headers=connection.headers,
    ) as client:
        preview = await client.preview_routing(**preview_arguments(connection, settings))
        return sound_model(preview)
