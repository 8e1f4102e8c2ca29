"""A Chromium to drive over its own protocol: pages, clicks, what the console says, which requests leave."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_QUIET = ("--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
          "--disable-component-update", "--disable-sync", "--remote-debugging-port=0", "--hide-scrollbars")  # fmt: skip


class Page:
    """One page; every request and every word of its console is kept."""

    def __init__(self, socket: Any):
        self._socket = socket
        self._number = 0
        self.console: list[str] = []
        self.hosts: set[str] = set()
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{domain}.enable")

    def ask(self, method: str, **values: Any) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": values}))
        while True:
            told = json.loads(self._socket.recv(timeout=60))
            if told.get("id") == self._number:
                assert "error" not in told, told
                return dict(told["result"])
            self._note(told)

    def _note(self, told: dict[str, Any]) -> None:
        values = told.get("params", {})
        if told["method"] == "Runtime.consoleAPICalled" and values["type"] in ("error", "warning"):
            self.console.append(" ".join(str(entry.get("value", entry)) for entry in values["args"]))
        elif told["method"] == "Runtime.exceptionThrown":
            self.console.append(json.dumps(values["exceptionDetails"])[:400])
        elif told["method"] == "Log.entryAdded" and values["entry"]["level"] == "error":
            self.console.append(f"{values['entry']['text']} {values['entry'].get('url', '')}")
        elif told["method"] == "Network.requestWillBeSent":
            self._host(values["request"]["url"])
        elif told["method"] == "Network.webSocketCreated":
            self._host(values["url"])

    def _host(self, url: str) -> None:
        if not url.startswith(("data:", "blob:")):
            self.hosts.add(urlsplit(url).hostname or url)

    def open(self, url: str) -> None:
        self.ask("Page.navigate", url=url)

    def see(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        told = self.ask("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def wait(self, expression: str, seconds: float = 60.0) -> Any:
        """Wait until an expression is true; its value."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := self.see(f"(() => {{try {{const v = {expression}; return v instanceof Node ? true : v}}"
                                 " catch {return false}})()"):  # fmt: skip
                return value
            time.sleep(0.02)
        raise AssertionError(f"not true within {seconds:g} s: {expression}; console: {self.console}")

    def click(self, selector: str) -> None:
        """Click what a selector finds, as a person does: in its middle, if it is seen there."""
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.see(f"document.querySelector({json.dumps(selector)}).dispatchEvent("
                 "new MouseEvent('click', {bubbles: true, cancelable: true}))")  # fmt: skip

    def give(self, selector: str, path: Path) -> None:
        """Choose a file in a field, as a person does."""
        root = self.ask("DOM.getDocument")["root"]["nodeId"]
        node = self.ask("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.ask("DOM.setFileInputFiles", nodeId=node, files=[str(path)])

    def size(self, width: int, height: int, scale: float = 1.0) -> None:
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                 mobile=width < 600)  # fmt: skip

    def picture(self, path: Path, whole: bool = False) -> None:
        found = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        path.write_bytes(base64.b64decode(found["data"]))


@contextlib.contextmanager
def browsing(folder: Path) -> Iterator[Page]:
    """A page in a browser of its own, which saves into a folder; skips the test where there is no Chromium."""
    if BROWSER is None:
        pytest.skip("Chromium is not installed")
    client = pytest.importorskip("websockets.sync.client")
    root = ("--no-sandbox",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ()
    profile = folder / "profile"
    with subprocess.Popen([BROWSER, *_QUIET, *root, f"--user-data-dir={profile}", "about:blank"],
                          stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as process:  # fmt: skip
        try:
            with client.connect(_address(profile), max_size=None) as socket:
                page = Page(socket)
                page.ask("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))
                yield page
        finally:
            process.terminate()


def _address(profile: Path) -> str:
    end = time.monotonic() + 30
    port = profile / "DevToolsActivePort"
    while time.monotonic() < end:
        with contextlib.suppress(OSError, IndexError, ValueError):
            number = int(port.read_text().splitlines()[0])
            with urllib.request.urlopen(f"http://127.0.0.1:{number}/json/list") as answer:
                return str(next(e for e in json.load(answer) if e["type"] == "page")["webSocketDebuggerUrl"])
        time.sleep(0.05)
    raise AssertionError("the browser does not answer")
