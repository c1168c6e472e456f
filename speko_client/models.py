"""All that travels between client and server, under one name: what ``speko_client.wire`` holds.

``completion`` is the call itself; ``routing`` says who would answer, and who can. ``extensions``
are the embedded gateway's own.

Attributes are snake_case here and camelCase on the wire. Unknown fields are ignored, so a newer
server never breaks an older client. The names are those of the official Python SDK; fields that
only the embedded gateway sends are marked *extension* and are optional.
"""

from __future__ import annotations

from speko_client.wire.base import *
from speko_client.wire.completion import *
from speko_client.wire.extensions import *
from speko_client.wire.routing import *
from speko_client.wire.scores import *
from speko_client.wire.tools import *
