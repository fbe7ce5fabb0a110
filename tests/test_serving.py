"""The app in a browser: this machine only."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from aiohttp import ClientSession, WSServerHandshakeError
from aiohttp.test_utils import TestServer
from aiohttp.test_utils import unused_port as free_port

import tui
from qa.errors import ConfigError
from qa.serving import HOST, make_server, serve
from tests.browser import browsing, needs_chromium, reachable
from tests.conftest import CORPUS


@pytest.fixture
async def served():
    port = free_port()
    app = await make_server(CORPUS, port, lambda _: None)._make_app()
    server = TestServer(app, host=HOST, port=port)
    await server.start_server()
    async with ClientSession() as client:
        yield f"http://{HOST}:{port}", client
    await server.close()


async def test_the_page_is_for_this_machine_and_loads_nothing_from_elsewhere(served):
    url, client = served
    async with client.get(url) as response:
        assert response.status == 200
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy and "*" not in policy and "https:" not in policy
    async with client.get(url, headers={"Host": "evil.example"}) as response:
        assert response.status == 403
    async with client.get(url, headers={"Origin": "http://evil.example"}) as response:
        assert response.status == 403


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
async def test_the_socket_opens_only_for_pages_from_here(served, origin):
    url, client = served
    headers = {"Origin": origin} if origin else {}
    with pytest.raises(WSServerHandshakeError, match="403"):
        await client.ws_connect(f"{url}/ws", headers=headers)


@pytest.fixture
def program(tmp_path):
    """``qa serve`` in a process of its own."""
    port = free_port()
    path = str(Path(tui.__file__).parent)
    environment = {**os.environ, "QA_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": path}
    command = [sys.executable, "-P", "-m", "qa", "serve", str(CORPUS), "--port", str(port)]
    (tmp_path / "tui.py").write_text("raise SystemExit('not this one')")  # a folder of documents
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=environment, cwd=tmp_path
    )
    assert f"http://{HOST}:{port}" in process.stderr.readline()
    yield process, f"http://{HOST}:{port}"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)


def children(process: subprocess.Popen) -> list[str]:
    """Of a process, those that run."""
    found = subprocess.run(["ps", "--ppid", str(process.pid), "-o", "pid="], capture_output=True)
    return found.stdout.split()


async def test_the_app_runs_behind_the_socket_and_ends_with_it(program):
    process, url = program
    async with ClientSession() as client:
        await reachable(client, url)
        headers = {"Origin": url}
        async with client.ws_connect(f"{url}/ws?width=80&height=24", headers=headers) as socket:
            seen, deadline = b"", time.monotonic() + 60
            while b"Ask about these documents" not in seen and time.monotonic() < deadline:
                message = await socket.receive(timeout=60)
                seen += message.data if isinstance(message.data, bytes) else b""
            assert b"Ask about these documents" in seen and children(process)
    deadline = time.monotonic() + 20
    while children(process) and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    assert not children(process)


def test_a_port_that_is_taken_is_told():
    import socket

    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        with pytest.raises(ConfigError, match="cannot be used"):
            serve(CORPUS, taken.getsockname()[1], lambda _: None)


@needs_chromium
async def test_a_browser_shows_the_app(program, tmp_path):
    process, url = program
    async with ClientSession() as client:
        await reachable(client, url)
    async with browsing(tmp_path) as tab:
        await tab.open(url)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            await asyncio.sleep(0.5)
            shot = (await tab.tell("Page.captureScreenshot"))["data"]
            if children(process) and len(shot) > 30_000:
                break
        assert len(shot) > 30_000  # a screen full of letters; an empty page has 12,000
