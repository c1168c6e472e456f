"""The vendors by id: what people call them. A vendor is a row of data until it needs behaviour."""

from __future__ import annotations

from collections.abc import Mapping

VENDOR_NAMES: Mapping[str, str] = {
    "openai": "OpenAI",
    "anthropic": "Anthropic",
    "google": "Google",
    "xai": "xAI",
    "groq": "Groq",
    "mistral": "Mistral",
    "deepseek": "DeepSeek",
    "together": "Together",
    "fireworks": "Fireworks",
    "cerebras": "Cerebras",
    "openrouter": "OpenRouter",
    "ollama": "Ollama",
    "lmstudio": "LM Studio",
    "vllm": "vLLM",
    "llamacpp": "llama.cpp",
    "local": "Local model",
}


def vendor_name(vendor: str) -> str:
    """The display name; a vendor without a row is called by its id."""
    return VENDOR_NAMES.get(vendor, vendor)
