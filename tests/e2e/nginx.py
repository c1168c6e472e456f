"""A real nginx before the playground, with the configuration that docs/security.md gives."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

from tests.e2e.harness import ROOT, free_port
from tests.patience import PATIENCE

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
OPENSSL = shutil.which("openssl")
BLOCK = re.compile(r"^```nginx\n(.*?)^```", re.MULTILINE | re.DOTALL)
FRAME = """
user {user};
worker_processes 1;
daemon off;
pid {folder}/pid;
error_log {folder}/error.log warn;
events {{}}
http {{
access_log off;
client_body_temp_path {folder}/body;
proxy_temp_path {folder}/proxy;
fastcgi_temp_path {folder}/fastcgi;
uwsgi_temp_path {folder}/uwsgi;
scgi_temp_path {folder}/scgi;
{server}
}}
"""


def documented(*, by_password: bool) -> str:
    """The configuration as a reader would have it after following the page."""
    server, password = BLOCK.findall((ROOT / "docs" / "security.md").read_text())
    if not by_password:
        return str(server)
    unnamed = 'proxy_set_header X-Forwarded-User "";'
    assert unnamed in server
    return str(server).replace(unnamed, password)


@contextmanager
def nginx(folder: Path, port_behind: int, users: dict[str, str] | None = None) -> Iterator[str]:
    """The address at which nginx serves the playground behind it, by HTTPS.

    ``users`` have to sign in, with these passwords.
    """
    assert NGINX
    port = free_port()
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    make_certificate(certificate, key)
    passwords = folder / "htpasswd"
    passwords.write_text("".join(f"{u}:{{PLAIN}}{p}\n" for u, p in (users or {}).items()))
    server = documented(by_password=users is not None)
    for documented_value, value in {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/play.example.org.pem": str(certificate),
        "/etc/ssl/play.example.org.key": str(key),
        "/etc/nginx/playground.htpasswd": str(passwords),
        "127.0.0.1:8501": f"127.0.0.1:{port_behind}",
    }.items():
        server = server.replace(documented_value, value)
    configuration = folder / "nginx.conf"
    configuration.write_text(FRAME.format(user=getuser(), folder=folder, server=server))
    process = subprocess.Popen([NGINX, "-c", str(configuration), "-e", str(folder / "error.log")])
    try:
        wait_for_port(port, process)
        yield f"https://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(PATIENCE)


def make_certificate(certificate: Path, key: Path) -> None:
    """A certificate for this machine, signed by itself."""
    assert OPENSSL
    command = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    where = ["-subj", "/CN=localhost", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *where], check=True, capture_output=True)


def wait_for_port(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return once nginx listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, "nginx ended at once"
        assert time.monotonic() < deadline, "nginx did not answer"
        time.sleep(0.02)  # there is no event to wait for: nginx is another process
