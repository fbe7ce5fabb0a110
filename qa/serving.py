"""The terminal app in a browser on this machine (textual-serve).

Only the loopback address is bound. A request is answered when it names this machine as its
host, and the terminal's socket opens only for pages that came from here: no other site that
the browser has open, and no name that points here, reaches the documents. The page loads
nothing from elsewhere.
"""

from __future__ import annotations

import shlex
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import ConfigError

if TYPE_CHECKING:
    from aiohttp import web

HOST = "127.0.0.1"
ROOT = Path(__file__).resolve().parents[1]
"""Where this package and the app are."""
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws://{names}; "
    "frame-ancestors 'none'"
)


def serve(folder: Path | None, port: int, say: Callable[[str], None]) -> None:
    """Serve the app until the person presses Ctrl+C.

    Args:
        folder: of documents; None lets the app choose as it does in a terminal.
        port: to listen on.
        say: tells the address.

    Raises:
        ConfigError: textual-serve is not installed, or the port is taken.
    """
    try:
        server = make_server(folder, port, say)
    except ImportError as error:
        raise ConfigError(
            "The app in a browser needs textual-serve.", "Install it: pip install 'qa[serve]'"
        ) from error
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ConfigError(
                f"Port {port} cannot be used: {error.strerror}.", "Name another: --port 8001"
            ) from error
    server.serve()


def make_server(folder: Path | None, port: int, say: Callable[[str], None]) -> Any:
    """The server, not yet started.

    Raises:
        ImportError: textual-serve is not installed.
    """
    from textual_serve.server import Server

    class LocalServer(Server):  # type: ignore[misc]
        """Answers this machine only."""

        async def _make_app(self) -> web.Application:
            app: web.Application = await super()._make_app()
            app.middlewares.append(_guard(port))
            return app

        def initialize_logging(self) -> None:
            """Nothing is logged: what is asked is nobody's business."""

        async def on_startup(self, app: web.Application) -> None:
            """Say where it is."""
            say(f"Open http://{HOST}:{port} in a browser on this machine. Ctrl+C stops it.")

    # Not ``-m tui``: that would look for it in the folder one happens to be in first.
    start = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import tui; sys.exit(tui.main())"
    command = [sys.executable, "-P", "-c", start, *([str(folder)] if folder else [])]
    return LocalServer(shlex.join(command), host=HOST, port=port, title="qa")


def names_of(port: int) -> frozenset[str]:
    """Hosts by which this machine may be called."""
    return frozenset((f"{HOST}:{port}", f"localhost:{port}"))


def _guard(port: int) -> Any:
    from aiohttp import web

    names = names_of(port)
    origins = {f"http://{name}" for name in names}
    policy = POLICY.format(names=" ws://".join(sorted(names)))

    @web.middleware
    async def guard(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.headers.get("Host") not in names:
            raise web.HTTPForbidden(text="This address is for this machine only.")
        origin = request.headers.get("Origin")
        if (origin is not None or request.path == "/ws") and origin not in origins:
            raise web.HTTPForbidden(text="Another site may not use this one.")
        response = await handler(request)
        if not response.prepared:
            response.headers["Content-Security-Policy"] = policy
            response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return guard
