"""The bundled client for any server that speaks ``/v1/complete``.

::

    from speko_client import Speko

    with Speko(api_key="...", base_url="http://127.0.0.1:8790") as client:
        result = client.complete(
            messages=[{"role": "user", "content": "Good morning."}],
            intent={"language": "en"},
        )

The public names are those of the official SDK, so code moves between the two by its import alone.
"""

from speko_client.async_client import AsyncCompleteStream, AsyncSpeko
from speko_client.client import CompleteStream, Speko
from speko_client.errors import (
    SpekoAnswerTooLargeError,
    SpekoApiError,
    SpekoAuthError,
    SpekoConnectionError,
    SpekoRateLimitError,
    SpekoRequestError,
    SpekoStreamError,
    SpekoTimeoutError,
)
from speko_client.models import (
    AllowedProviders,
    ChatMessage,
    ChatToolCall,
    CompleteRequest,
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamEvent,
    CompleteStreamMeta,
    CompleteStreamToolCall,
    CompleteUsage,
    Fleet,
    KnownProvider,
    KnownProviders,
    PipelineConstraints,
    RoutingIntent,
    RoutingPreview,
    StreamError,
)
from speko_client.version import __version__

__all__ = [
    "AllowedProviders",
    "AsyncCompleteStream",
    "AsyncSpeko",
    "ChatMessage",
    "ChatToolCall",
    "CompleteRequest",
    "CompleteResult",
    "CompleteStream",
    "CompleteStreamDelta",
    "CompleteStreamDone",
    "CompleteStreamEvent",
    "CompleteStreamMeta",
    "CompleteStreamToolCall",
    "CompleteUsage",
    "Fleet",
    "KnownProvider",
    "KnownProviders",
    "PipelineConstraints",
    "RoutingIntent",
    "RoutingPreview",
    "Speko",
    "SpekoAnswerTooLargeError",
    "SpekoApiError",
    "SpekoAuthError",
    "SpekoConnectionError",
    "SpekoRateLimitError",
    "SpekoRequestError",
    "SpekoStreamError",
    "SpekoTimeoutError",
    "StreamError",
    "__version__",
]
