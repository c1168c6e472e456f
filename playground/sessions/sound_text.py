"""Makes text storable: JSON can spell half a surrogate pair, which no file or page can hold."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel

ModelT = TypeVar("ModelT", bound=BaseModel)


def sound(text: str) -> str:
    """The text with every lone surrogate replaced by U+FFFD, and whole pairs joined."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def sound_model(model: ModelT) -> ModelT:
    """The model with all its texts sound; the same object where nothing had to change."""
    try:
        model.model_dump_json()
    except ValueError:
        return type(model).model_validate(_sound_value(model.model_dump()))
    return model


def _sound_value(value: object) -> object:
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, dict):
        return {key: _sound_value(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_sound_value(item) for item in value]
    return value
