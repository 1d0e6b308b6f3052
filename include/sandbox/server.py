"""Runs a sandbox on a loopback port: in a thread for tests and the demo, or in the foreground."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import uvicorn

from include.sandbox.app import build
from include.sandbox.sandbox import Sandbox
from include.sandbox.settings import SandboxSettings

LOOPBACK = "127.0.0.1"


class _Server(uvicorn.Server):
    """A uvicorn server that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self.listening.set()


@contextmanager
def running(settings: SandboxSettings | None = None, port: int = 0) -> Iterator[Sandbox]:
    """A sandbox that answers on a loopback port for as long as the block lasts; port 0 takes a free one."""
    sock, sandbox = listen(LOOPBACK, port, settings)
    server = _Server(configuration(sandbox))
    thread = Thread(target=server.run, args=([sock],), name="sandbox", daemon=True)
    thread.start()
    if not server.listening.wait(timeout=30):
        raise RuntimeError(f"The sandbox did not start on {sandbox.url}.")
    try:
        yield sandbox
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
        sock.close()


def listen(host: str, port: int, settings: SandboxSettings | None = None) -> tuple[socket.socket, Sandbox]:
    """A listening socket and the sandbox that will answer on it."""
    sock = socket.create_server((host, port))
    return sock, Sandbox(settings, f"http://{host}:{sock.getsockname()[1]}")


def configuration(sandbox: Sandbox) -> uvicorn.Config:
    """How uvicorn serves `sandbox`: quietly, and without a clock of its own."""
    return uvicorn.Config(
        build(sandbox), date_header=False, server_header=False, access_log=False, log_level="error", lifespan="off"
    )
