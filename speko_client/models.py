"""All that travels between client and server, under one name: requests, answers, events, routing.

Attributes are snake_case here and camelCase on the wire. Unknown fields are ignored, so a newer
server never breaks an older client. The names are those of the official Python SDK; fields that
only the embedded gateway sends are marked *extension* and are optional.
"""

from __future__ import annotations

from speko_client.wire.answers import (
    Attempt,
    CompleteResult,
    CompleteUsage,
    Timing,
)
from speko_client.wire.base import (
    LANGUAGE_PATTERN,
    Entry,
    HeaderModel,
    Language,
    OptimizeFor,
    ProviderKind,
    Region,
    Share,
    SpekoModel,
    Vertical,
)
from speko_client.wire.connections import (
    CONNECTIONS_HEADER,
    FLEET_HEADER,
    MAX_CONNECTIONS_BYTES,
    FleetChoice,
    ProviderFailure,
    ProviderHealth,
    ProvidersHealth,
    RequestConnections,
    VendorConnection,
    VendorConnections,
    VendorCredentials,
    VendorTest,
)
from speko_client.wire.drills import (
    DRILL_HEADER,
    DRILL_PATIENCE,
    FLAKY_RATE,
    OUTAGE_HEADER,
    REPLY_HEADER,
    DemoReply,
    Drill,
    Fault,
    FaultKind,
    FaultSeconds,
)
from speko_client.wire.events import (
    CompleteStreamDelta,
    CompleteStreamDone,
    CompleteStreamEvent,
    CompleteStreamMeta,
    CompleteStreamToolCall,
    StreamError,
)
from speko_client.wire.requests import (
    AllowedProviders,
    ChatMessage,
    ChatRole,
    ChatToolCall,
    CompleteRequest,
    PipelineConstraints,
    ReasoningEffort,
    RoutingIntent,
)
from speko_client.wire.routing import (
    AxisScores,
    FilteredOut,
    Fleet,
    KnownProvider,
    KnownProviders,
    RoutingPreview,
    ScoredCandidate,
    SnapshotInfo,
)
from speko_client.wire.what_if import (
    LONGEST_WHAT_IF_NAME,
    MOST_EDITS,
    WHAT_IF_HEADER,
    WHAT_IF_ID,
    Axis,
    AxisWeights,
    FigureEdit,
    Placed,
    Stretch,
    Sweep,
    SweepCell,
    SweepRequest,
    WeightLine,
    WhatIf,
)
