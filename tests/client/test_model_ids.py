"""Which of a server's models chat, and how an id that is a path reads."""

from __future__ import annotations

import pytest

from speko_client.model_ids import chat_models, model_name, talking_models


@pytest.mark.parametrize(
    ("model", "name"),
    [
        ("/models/qwen2.5-0.5b-instruct-q4_k_m.gguf", "qwen2.5-0.5b-instruct-q4_k_m.gguf"),
        ("./models/tiny.gguf", "tiny.gguf"),
        ("../tiny.gguf", "tiny.gguf"),
        ("~/models/tiny.gguf", "tiny.gguf"),
        ("models/tiny.gguf", "tiny.gguf"),
        (r"C:\models\tiny.gguf", "tiny.gguf"),
        ("D:/models/tiny.gguf", "tiny.gguf"),
        (r"\\box\models\tiny.gguf", "tiny.gguf"),
        ("/models/Llama-3.1-8B/", "Llama-3.1-8B"),
        ("unsloth/Qwen3-GGUF/Qwen3-Q4.gguf", "Qwen3-Q4.gguf"),
        ("tiny.gguf", "tiny.gguf"),
        ("openai/gpt-oss-120b", "openai/gpt-oss-120b"),
        ("accounts/fireworks/models/gpt-oss-120b", "accounts/fireworks/models/gpt-oss-120b"),
        (
            "hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4",
            "hf.co/bartowski/Llama-3.2-1B-Instruct-GGUF:Q4",
        ),
        ("llama3.2:1b", "llama3.2:1b"),
        ("models/gemini-2.5-flash", "models/gemini-2.5-flash"),
        ("/", "/"),
        ("", ""),
    ],
)
def test_a_path_reads_as_its_files_name(model: str, name: str) -> None:
    assert model_name(model) == name


def test_models_that_do_not_chat_are_left_out_unless_all_say_so() -> None:
    assert chat_models(["llama3.2", "nomic-embed-text", " ", "a\nb"]) == ["llama3.2"]
    assert chat_models(["nomic-embed-text"]) == ["nomic-embed-text"]


def test_of_a_large_vendors_list_only_what_chats_in_text_is_left() -> None:
    chats = ["gpt-6-luna", "claude-opus-5-5", "gemini-3.8-flash", "grok-4.7", "open-mixtral-8x22b"]
    others = [
        *("text-embedding-3-large", "whisper-1", "tts-1-hd", "gpt-image-1", "dall-e-3"),
        *("gpt-4o-audio-preview", "gpt-realtime", "gpt-4o-transcribe", "omni-moderation-latest"),
        *("imagen-4", "veo-3.1", "gemini-embedding-001", "gemini-2.5-flash-live", "aqa"),
        *("grok-imagine-video", "mistral-ocr-latest", "sora-2", "davinci-002", "llama-guard-4"),
        *("black-forest-labs/FLUX.1-schnell", "lyria-002", ""),
    ]
    assert talking_models([*chats, *others]) == chats
    assert talking_models(others) == []
