"""Headless Chromium, told what to do over its own protocol."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientConnectorError, ClientSession, ClientWebSocketResponse
from aiohttp.test_utils import unused_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")


class Tab:
    """The one page of a browser."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket

    async def tell(self, method: str, **parameters: object) -> dict[str, Any]:
        """The browser's answer."""
        await self._socket.send_json({"id": 1, "method": method, "params": parameters})
        while True:
            answer = await self._socket.receive_json(timeout=30)
            if answer.get("id") == 1:
                return answer.get("result", {})  # none: the page is just being left

    async def open(self, url: str) -> None:
        """Go to an address."""
        await self.tell("Page.navigate", url=url)

    async def value(self, expression: str) -> Any:
        """What JavaScript makes of an expression, as if a person had touched the page."""
        told = await self.tell(
            "Runtime.evaluate", expression=expression, returnByValue=True, userGesture=True
        )
        return told.get("result", {}).get("value")

    async def until(self, expression: str, limit_s: float = 30.0) -> None:
        """Wait for something to be true in the page."""
        deadline = time.monotonic() + limit_s
        while not await self.value(expression):
            assert time.monotonic() < deadline, expression
            await asyncio.sleep(0.1)


@asynccontextmanager
async def browsing(home: Path) -> AsyncIterator[Tab]:
    """A browser that keeps its files in ``home``."""
    assert CHROMIUM is not None
    port = unused_port()
    arguments = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={home}",
        f"--remote-debugging-port={port}", "--window-size=1200,700", "about:blank",
    ]  # fmt: skip
    browser = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        async with ClientSession() as client:
            await reachable(client, f"http://127.0.0.1:{port}/json/version")
            page = await first_page(client, f"http://127.0.0.1:{port}/json")
            async with client.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                yield Tab(socket)
    finally:
        browser.terminate()
        browser.wait(20)


async def first_page(client: ClientSession, url: str) -> dict[str, Any]:
    """The page that the browser begins with."""
    deadline = time.monotonic() + 30
    while True:
        async with client.get(url) as response:
            for one in await response.json():
                if one["type"] == "page":
                    return one
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def reachable(client: ClientSession, url: str) -> None:
    """Wait until somebody listens."""
    deadline = time.monotonic() + 30
    while True:
        try:
            async with client.get(url):
                return
        except ClientConnectorError:
            assert time.monotonic() < deadline
            await asyncio.sleep(0.1)
