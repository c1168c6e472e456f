"""A schema-driven run against the gateway's own OpenAPI finds nothing, for valid and bad data."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.gateway.process import FAST_DEMO, KEY, ROOT, running

pytestmark = pytest.mark.slow

CONFIG = """
[[operations]]
include-path = "/v1/complete"
# The contract answers 500 where an allow-list leaves nobody; tests/gateway/contract_checks.py
# looks at what such an answer says.
checks.not_a_server_error.expected-statuses = ["2xx", "4xx", "500"]
"""

SCHEMATHESIS = (sys.executable, "-m", "schemathesis.cli")
RUN = (
    f"--header=Authorization: Bearer {KEY}",
    "--checks=all",
    "--mode=all",
    "--phases=examples,coverage,fuzzing",
    "--max-examples=60",
    "--generation-database=none",
    "--no-color",
    # As with Hypothesis: new data in each run, the same in CI.
    *(("--seed=1",) if os.environ.get("CI") else ()),
)


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(CONFIG)
    with running(tmp_path, *FAST_DEMO) as gateway:
        done = subprocess.run(
            [*SCHEMATHESIS, f"--config-file={config}", "run", f"{gateway.url}/openapi.json", *RUN],
            cwd=tmp_path,
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "SCHEMATHESIS_HOOKS": "tests.gateway.http.contract_checks",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Tested: 11" in done.stdout
