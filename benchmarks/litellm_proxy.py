"""LiteLLM's proxy for comparison. It runs from its own environment and is no dependency of ours.

python3 -m venv /somewhere/litellm
/somewhere/litellm/bin/pip install 'litellm[proxy]==1.106.2'
python -m benchmarks.gateway --litellm /somewhere/litellm/bin/litellm
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from benchmarks.processes import Child
from tests.e2e.harness import free_port

START_SECONDS = 120.0
# No requests elsewhere, and no key: on loopback, a check would only cost it time.
_ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
}


@contextmanager
def litellm_proxy(executable: str, upstream: str, model: str) -> Iterator[Child]:
    """LiteLLM's proxy in front of ``upstream``, with one worker, as the gateway has."""
    port = free_port()
    offered = {
        "model_name": model,
        "litellm_params": {
            "model": f"openai/{model}",
            "api_base": f"{upstream}/v1",
            "api_key": "benchmark",
        },
    }
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(json.dumps({"model_list": [offered]}))  # JSON is YAML
        process = subprocess.Popen(
            [executable, "--config", str(config), "--host", "127.0.0.1", "--port", str(port)],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": folder, **_ENVIRONMENT},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            child = Child(f"http://127.0.0.1:{port}", process.pid)
            _wait_until_it_answers(child, process)
            yield child
        finally:
            process.terminate()
            process.wait(timeout=20)


def _wait_until_it_answers(child: Child, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _answers(child):
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("LiteLLM's proxy did not start; try its command by hand.")
        time.sleep(0.2)


def _answers(child: Child) -> bool:
    try:
        with urllib.request.urlopen(f"{child.url}/health/liveliness", timeout=2):  # noqa: S310
            return True
    except (URLError, OSError):
        return False
