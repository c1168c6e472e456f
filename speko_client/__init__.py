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
    AgentWebhookAuthHeader,
    AllowedProviders,
    ChatMessage,
    ChatRole,
    ChatTool,
    ChatToolCall,
    ChatToolChoice,
    ChatToolExecutionMode,
    ChatToolPreToolSpeech,
    ChatToolSource,
    ChatToolSourceBuiltin,
    ChatToolSourceInline,
    ChatToolSourceIntegration,
    ChatToolSourceWebhook,
    CompleteRequest,
    CompleteResult,
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamEvent,
    CompleteStreamMeta,
    CompleteStreamReasoning,
    CompleteStreamServerToolCall,
    CompleteStreamToolCall,
    CompleteUsage,
    Fleet,
    KnownProvider,
    KnownProviders,
    OptimizeFor,
    PipelineConstraints,
    ProviderModality,
    ReasoningEffort,
    RoutingIntent,
    RoutingPreview,
    StreamError,
    Vertical,
)
from speko_client.version import __version__

__all__ = [
    "AgentWebhookAuthHeader",
    "AllowedProviders",
    "AsyncCompleteStream",
    "AsyncSpeko",
    "ChatMessage",
    "ChatRole",
    "ChatTool",
    "ChatToolCall",
    "ChatToolChoice",
    "ChatToolExecutionMode",
    "ChatToolPreToolSpeech",
    "ChatToolSource",
    "ChatToolSourceBuiltin",
    "ChatToolSourceInline",
    "ChatToolSourceIntegration",
    "ChatToolSourceWebhook",
    "CompleteRequest",
    "CompleteResult",
    "CompleteStream",
    "CompleteStreamDelta",
    "CompleteStreamDone",
    "CompleteStreamEvent",
    "CompleteStreamMeta",
    "CompleteStreamReasoning",
    "CompleteStreamServerToolCall",
    "CompleteStreamToolCall",
    "CompleteUsage",
    "Fleet",
    "KnownProvider",
    "KnownProviders",
    "OptimizeFor",
    "PipelineConstraints",
    "ProviderModality",
    "ReasoningEffort",
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
    "Vertical",
    "__version__",
]
