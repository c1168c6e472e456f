"""The live vendors, one row each: where they are, which wire they speak, what is special.

A vendor is data until it needs behaviour: a new OpenAI-compatible one is one more row in
``VENDORS`` (docs/adding-a-vendor.md). Model ids and dates are the vendors' own, as published in
November 2026; the ids of the ``published`` scores snapshot are listed with the current ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from speko_client.models import ReasoningEffort

DialectName = Literal["openai", "anthropic", "google"]

EFFORTS: tuple[ReasoningEffort, ...] = ("none", "minimal", "low", "medium", "high", "xhigh")
_PLAIN_EFFORTS: tuple[ReasoningEffort, ...] = ("low", "medium", "high")


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor.

    ``base_url`` is what the path of the dialect is put behind; ``SPEKO_<ID>_BASE_URL`` overrides
    it. ``key_env`` are the variables a key is looked for in, best first. ``models`` are the ids
    offered without asking the vendor. ``retired`` gives the day from which the vendor refuses a
    model. The rest is for the ``openai`` dialect:

    - ``max_tokens_field``: what it calls the cap on the answer's tokens
    - ``usage_option``: whether it takes ``stream_options``; without, it sends the usage unasked
    - ``strict_turns``: whether its chat templates insist on one system message and alternating
      roles that end with the user
    - ``short_call_ids``: whether ids of tool calls must be nine letters or digits
    - ``efforts``: the reasoning efforts it takes for any model; see ``traits`` for the models'
    """

    id: str
    name: str
    dialect: DialectName
    base_url: str
    key_env: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    needs_key: bool = True
    retired: Mapping[str, str] = field(default_factory=dict)
    max_tokens_field: str = "max_tokens"
    usage_option: bool = True
    strict_turns: bool = False
    short_call_ids: bool = False
    efforts: tuple[ReasoningEffort, ...] = ()

    @property
    def env_prefix(self) -> str:
        """What this vendor's own variables begin with: ``SPEKO_OPENAI``."""
        return "SPEKO_" + self.id.upper().replace("-", "_")


def compatible(
    vendor_id: str, name: str, base_url: str, *, key_env: tuple[str, ...] = ()
) -> Vendor:
    """A row for any OpenAI-compatible server: nothing is taken for granted but the wire."""
    return Vendor(
        id=vendor_id,
        name=name,
        dialect="openai",
        base_url=base_url,
        key_env=key_env,
        needs_key=False,
        strict_turns=True,
        efforts=_PLAIN_EFFORTS,
    )


_ROWS = (
    Vendor(
        id="openai",
        name="OpenAI",
        dialect="openai",
        base_url="https://api.openai.com/v1",
        key_env=("OPENAI_API_KEY",),
        models=(
            "gpt-6.1-sol",
            "gpt-6-sol",
            "gpt-6-luna",
            "gpt-5.4",
            "gpt-5.4-mini",
            "gpt-4.1-mini",
            "gpt-4o",
            "gpt-4o-mini",
        ),
        max_tokens_field="max_completion_tokens",
    ),
    Vendor(
        id="anthropic",
        name="Anthropic",
        dialect="anthropic",
        base_url="https://api.anthropic.com",
        key_env=("ANTHROPIC_API_KEY",),
        models=(
            "claude-opus-5-5",
            "claude-sonnet-5-5",
            "claude-haiku-5-5",
            "claude-haiku-4-5",
            "claude-3-5-sonnet",
            "claude-3-5-haiku",
        ),
        retired={"claude-3-5-sonnet": "2025-10-28", "claude-3-5-haiku": "2026-02-19"},
    ),
    Vendor(
        id="google",
        name="Google",
        dialect="google",
        base_url="https://generativelanguage.googleapis.com",
        key_env=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
        models=(
            "gemini-3.8-flash",
            "gemini-3.5-flash",
            "gemini-3.5-flash-lite",
            "gemini-2.5-flash-lite",
            "gemini-2.0-flash",
            "gemini-1.5-flash",
        ),
        retired={"gemini-2.0-flash": "2026-06-01", "gemini-1.5-flash": "2025-09-29"},
    ),
    Vendor(
        id="xai",
        name="xAI",
        dialect="openai",
        base_url="https://api.x.ai/v1",
        key_env=("XAI_API_KEY",),
        models=("grok-4.7", "grok-4.5", "grok-4.3", "grok-2"),
    ),
    Vendor(
        id="groq",
        name="Groq",
        dialect="openai",
        base_url="https://api.groq.com/openai/v1",
        key_env=("GROQ_API_KEY",),
        models=("openai/gpt-oss-120b", "openai/gpt-oss-20b", "llama-3.3-70b-versatile"),
        max_tokens_field="max_completion_tokens",
    ),
    Vendor(
        id="mistral",
        name="Mistral",
        dialect="openai",
        base_url="https://api.mistral.ai/v1",
        key_env=("MISTRAL_API_KEY",),
        models=("mistral-large-2512", "mistral-medium-latest", "mistral-small-latest"),
        usage_option=False,
        strict_turns=True,
        short_call_ids=True,
    ),
    Vendor(
        id="deepseek",
        name="DeepSeek",
        dialect="openai",
        base_url="https://api.deepseek.com/v1",
        key_env=("DEEPSEEK_API_KEY",),
        models=("deepseek-v4-pro", "deepseek-v4-flash"),
    ),
    Vendor(
        id="together",
        name="Together",
        dialect="openai",
        base_url="https://api.together.xyz/v1",
        key_env=("TOGETHER_API_KEY",),
        models=("openai/gpt-oss-120b", "meta-llama/Llama-3.3-70B-Instruct-Turbo"),
    ),
    Vendor(
        id="fireworks",
        name="Fireworks",
        dialect="openai",
        base_url="https://api.fireworks.ai/inference/v1",
        key_env=("FIREWORKS_API_KEY",),
        models=(
            "accounts/fireworks/models/gpt-oss-120b",
            "accounts/fireworks/models/deepseek-v4-flash",
        ),
    ),
    Vendor(
        id="cerebras",
        name="Cerebras",
        dialect="openai",
        base_url="https://api.cerebras.ai/v1",
        key_env=("CEREBRAS_API_KEY",),
        models=("gpt-oss-120b", "zai-glm-4.7"),
        max_tokens_field="max_completion_tokens",
    ),
    Vendor(
        id="openrouter",
        name="OpenRouter",
        dialect="openai",
        base_url="https://openrouter.ai/api/v1",
        key_env=("OPENROUTER_API_KEY",),
        models=("openai/gpt-5.4-mini", "anthropic/claude-haiku-4.5"),
        efforts=EFFORTS,
    ),
    Vendor(
        id="ollama",
        name="Ollama",
        dialect="openai",
        base_url="http://127.0.0.1:11434/v1",
        key_env=("OLLAMA_API_KEY",),
        needs_key=False,
        strict_turns=True,
    ),
    compatible("lmstudio", "LM Studio", "http://127.0.0.1:1234/v1", key_env=("LMSTUDIO_API_KEY",)),
    compatible("vllm", "vLLM", "http://127.0.0.1:8000/v1", key_env=("VLLM_API_KEY",)),
    compatible("llamacpp", "llama.cpp", "http://127.0.0.1:8080/v1", key_env=("LLAMA_API_KEY",)),
)

VENDORS: Mapping[str, Vendor] = {row.id: row for row in _ROWS}
