"""What a server says, made fit to be kept: without keys, and without halves of surrogate pairs.

JSON can spell half a pair, which no file or page can hold.
"""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

from speko_client.redaction import Redactor

ModelT = TypeVar("ModelT", bound=BaseModel)


def without_keys(model: ModelT, redactor: Redactor) -> ModelT:
    """The model without the keys that its server was sent; the same object where it has none."""
    if not redactor.knows_any:
        return model
    told = model.model_dump()
    shown = redactor.value(told)
    return model if shown == told else type(model).model_validate(shown)


def sound_model(model: ModelT) -> ModelT:
    """The model with every lone surrogate in its texts replaced by U+FFFD, and whole pairs joined.

    The same object where nothing had to change.
    """
    try:
        model.model_dump_json()
    except ValueError:
        return type(model).model_validate(_sound_value(model.model_dump()))
    return model


def _sound_value(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {key: _sound_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_sound_value(item) for item in value]
    return value
