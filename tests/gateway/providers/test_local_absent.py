"""The local model where it is not, or is not what it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from speko_client.models import ChatMessage, RoutingIntent
from speko_gateway.local_model.engine import LocalEngine
from speko_gateway.provider import FailureCode, ProviderError, ProviderRequest
from speko_gateway.providers.stand_ins.local import MODEL, LocalProvider

pytestmark = pytest.mark.slow

HELLO = (ChatMessage(role="user", content="Hello"),)


def damaged(model_file: Path, folder: Path) -> list[Path]:
    """Files as an accident leaves them."""
    whole = model_file.read_bytes()
    contents = {
        "empty": b"",
        "text": b"<html>Sign in to the network</html>",
        "header": b"GGUF" + b"\xff" * 5000,
        "half": whole[: len(whole) // 2],
    }
    for name, content in contents.items():
        (folder / f"{name}.gguf").write_bytes(content)
    return [folder / f"{name}.gguf" for name in [*contents, "gone"]]


async def asked(engine: LocalEngine) -> None:
    async for _ in engine.stream(HELLO, temperature=None, max_tokens=2):
        pass


async def test_a_damaged_file_is_named_and_a_good_one_is_taken_afterwards(
    model_file: Path, tmp_path: Path
) -> None:
    chosen = model_file
    engine = LocalEngine(lambda: chosen)
    for path in damaged(model_file, tmp_path):
        chosen = path
        with pytest.raises(ProviderError, match=path.name) as caught:
            await asked(engine)
        assert caught.value.code is FailureCode.CONNECT_FAILED
        assert "pull-model" in caught.value.message
    chosen = model_file
    await asked(engine)
    await engine.close()


async def test_an_absent_model_file_says_how_to_fetch_it() -> None:
    engine = LocalEngine(lambda: None)
    provider = LocalProvider(engine)
    reason = provider.unavailable_reason(MODEL)
    assert reason is not None
    assert "make run" in reason
    assert "python -m speko_gateway pull-model" in reason
    assert not engine.present()
    assert await engine.count_tokens("hello") is None
    request = ProviderRequest(MODEL, HELLO, RoutingIntent(language="en"))
    with pytest.raises(ProviderError, match="pull-model") as caught:
        await anext(provider.stream(request))
    assert caught.value.code is FailureCode.MODEL_NOT_FOUND
    await provider.close()


async def test_another_model_id_is_unknown(model_file: Path) -> None:
    provider = LocalProvider(LocalEngine(lambda: model_file))
    assert MODEL in (provider.unavailable_reason("llama-70b") or "")
    assert provider.words is None
    await provider.close()


async def test_another_gguf_is_named_as_the_speaker(model_file: Path, tmp_path: Path) -> None:
    other = tmp_path / "Another-Model.gguf"
    other.symlink_to(model_file)
    engine = LocalEngine(lambda: other)
    provider = LocalProvider(engine)
    assert engine.model_name == provider.words == "Another-Model"
    await provider.close()


async def test_closing_ends_running_calls(model_file: Path) -> None:
    engine = LocalEngine(lambda: model_file)
    stream = engine.stream(HELLO, temperature=0.9, max_tokens=4000)
    await anext(stream)
    await engine.close()
    with pytest.raises(ProviderError, match="before its answer was complete"):
        async for _ in stream:
            pass
