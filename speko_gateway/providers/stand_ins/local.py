"""The local model as a provider: a real, small model on this machine, no key, no network."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import ClassVar

from speko_client.models import ProviderKind
from speko_gateway.local_model.engine import ABSENT, SHIPPED_NAME, LocalEngine
from speko_gateway.local_model.prompt import language_name, with_system_prompt
from speko_gateway.provider import (
    FailureCode,
    Finish,
    ProviderError,
    ProviderEvent,
    ProviderRequest,
)

MODEL = "smollm2-135m-instruct"


@dataclass(frozen=True, slots=True)
class LocalProvider:
    """``local:smollm2-135m-instruct``; an answer names another GGUF that is used instead."""

    kind: ClassVar[ProviderKind] = "local"
    loads_models: ClassVar[bool] = False

    engine: LocalEngine

    @property
    def words(self) -> str | None:
        """None where they are the shipped model's own; else the name of the other GGUF."""
        name = self.engine.model_name
        return None if name == SHIPPED_NAME else name

    def unavailable_reason(self, model: str) -> str | None:
        """None where its file is here and ``model`` is the one there is."""
        if model != MODEL:
            return f"there is no such local model; there is only {MODEL}"
        return None if self.engine.present() else ABSENT

    async def stream(self, request: ProviderRequest) -> AsyncGenerator[ProviderEvent]:
        """The model's answer. It calls no tools, and says so where some were offered."""
        if reason := self.unavailable_reason(request.model):
            raise ProviderError(FailureCode.MODEL_NOT_FOUND, f"cannot answer: {reason}")
        events = self.engine.stream(
            with_system_prompt(request),
            temperature=request.temperature,
            max_tokens=request.max_tokens,
        )
        async with aclosing(events):
            async for event in events:
                yield self._labelled(event, request) if isinstance(event, Finish) else event

    async def close(self) -> None:
        """Free the model."""
        await self.engine.close()

    def _labelled(self, finish: Finish, request: ProviderRequest) -> Finish:
        return replace(finish, words=self.words, notes=(*finish.notes, *self._notes(request)))

    def _notes(self, request: ProviderRequest) -> Iterator[str]:
        if request.tools:
            yield "The local model calls no tools."
        language = language_name(request.intent)
        if self.words is None and language != "English":
            yield f"{SHIPPED_NAME} was trained on English; its {language} is poor."
