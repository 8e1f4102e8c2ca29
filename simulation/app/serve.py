"""Serve the page on this machine alone: the loopback address, a random token, its own files.

Nothing is served without the token in the address, the websocket neither; nor to a page of another origin or under
another name of this machine, so that no web page that the reader has open can ask for anything.
"""

from __future__ import annotations

import secrets
import socket
import tempfile
import threading
import webbrowser
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.app.draft import Draft
from simulation.display.words.language import Words
from simulation.errors import Fault, InputError
from simulation.experiments.ask import load
from simulation.experiments.engine.executors import get_ready
from simulation.scenario.schema import Scenario
from simulation.scenario.shipped import names

if TYPE_CHECKING:
    from simulation.app.live import Live
    from simulation.experiments.results import Results

HOST = "127.0.0.1"
MAX_UPLOAD = 1_000_000
"""Bytes of an uploaded file; a scenario may not be longer."""
_TOKEN_BYTES = 24
_POLICY = (
    "default-src 'self' data: blob:; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; connect-src 'self' ws://127.0.0.1:* ws://localhost:*; "
    "frame-ancestors http://127.0.0.1:* http://localhost:*"  # a notebook of this machine may show it
)
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Guard:
    """An ASGI application that lets through what asks in the right way, and answers 404 to all else.

    Parameters
    ----------
    inner
        The page.
    token
        First part of every path.
    hosts
        What ``Host`` may be; an ``Origin`` has to be one of them too.
    """

    def __init__(self, inner: Any, token: str, hosts: tuple[str, ...]):
        self._inner, self._token, self._hosts = inner, token, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or one websocket."""
        if scope["type"] == "lifespan":
            await self._inner(scope, receive, send)
        elif self._welcome(scope):
            await self._inner(self._below(scope), receive, _guarded(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            head = [(b"content-type", b"text/plain")]
            await send({"type": "http.response.start", "status": 404, "headers": head})
            await send({"type": "http.response.body", "body": b"not found\n"})

    def _welcome(self, scope: Scope) -> bool:
        given = scope["path"].split("/")[1] if scope["path"].count("/") > 1 else ""
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get(b"origin", "")
        length = headers.get(b"content-length", "" if scope.get("method") in ("POST", "PUT") else "0")
        return (
            secrets.compare_digest(given.encode(), self._token.encode())
            and headers.get(b"host") in self._hosts
            and (not origin or origin.removeprefix("http://") in self._hosts)
            and length.isdigit()
            and int(length) <= MAX_UPLOAD + 10_000  # and what is round a file in a form
        )

    def _below(self, scope: Scope) -> Scope:
        """The request as the page sees it, without the token."""
        prefix = f"/{self._token}"
        return {**scope, "root_path": "", "path": scope["path"].removeprefix(prefix),
                "raw_path": scope.get("raw_path", b"").removeprefix(prefix.encode())}  # fmt: skip


def _guarded(send: Send) -> Send:
    """Answers that are not kept, not framed, and load nothing from elsewhere."""
    more = [(b"content-security-policy", _POLICY.encode()), (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff")]  # fmt: skip

    async def send_guarded(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", []), *more]}
        await send(message)

    return send_guarded


def serve(
    scenario: str = "baseline",
    *,
    port: int = 0,
    browser: bool = True,
    language: str = "en",
    folder: Path | None = None,
    tell: Callable[[str], object] = print,
    shown: Results | Live | None = None,
) -> None:
    """Serve the live world until Ctrl-C.

    Parameters
    ----------
    scenario
        File, or name of a shipped scenario, that the page opens with.
    port
        Of the loopback address; 0 takes a free one.
    browser
        Whether to open it.
    language
        ``en``, ``fr`` or ``ar``.
    folder
        Where scenarios are written and result folders are looked for; by default one that goes with the server.
    tell
        Takes the address, once it can be opened.
    shown
        A forecast that is there from the start, or the run of a model of the reader's own.

    Raises
    ------
    InputError
        If the scenario is at fault, the packages are missing, or the port is taken.
    """
    words, base, given = Words(language), *_named(scenario)
    loaded = load(scenario)
    if folder is not None and not folder.is_dir():
        raise InputError(Fault("", f"{folder} is not a folder", "--folder"))
    threading.Thread(target=_warm, args=(loaded,), daemon=True).start()
    try:
        import shiny  # noqa: F401  before anything is served
        import uvicorn
    except ImportError:
        raise InputError("the app needs shiny and uvicorn; pip install 'wifaq[app]'") from None
    with tempfile.TemporaryDirectory(prefix="wifaq-app-") as own, _listen(port) as listener:
        token, number = secrets.token_urlsafe(_TOKEN_BYTES), listener.getsockname()[1]
        start = Draft.of(base, folder or Path(own), given)
        app = Guard(application(words, start, shown), token, (f"{HOST}:{number}", f"localhost:{number}"))
        config = uvicorn.Config(app, log_level="error", access_log=False, ws_max_size=MAX_UPLOAD, ws="auto")
        tell(f"http://{HOST}:{number}/{token}/")
        if browser:
            threading.Timer(0.5, webbrowser.open, [f"http://{HOST}:{number}/{token}/"]).start()
        uvicorn.Server(config).run(sockets=[listener])


def _warm(scenario: Scenario) -> None:
    """Load what the first world needs, and then the workers of forecasts, while the browser opens."""
    from simulation.app.live import Live

    Live(scenario).until(1)
    get_ready()


def _named(scenario: str) -> tuple[str, str]:
    """What a draft extends, and the file of the user's own that this is, if it is one."""
    name = scenario.removesuffix(".yaml")
    if name in names() and not Path(scenario).exists():
        return name, ""
    if Path(scenario).stem in names() and Path(scenario).resolve().parent.name == "scenarios":
        return Path(scenario).stem, ""
    own = str(Path(scenario).resolve())
    return own, own


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise InputError(Fault("", f"{port} cannot be had: {error}", "--port")) from None
    return listener


def application(words: Words, start: Draft, shown: Results | Live | None = None) -> Any:
    """The page as an ASGI application, without its guard."""
    from shiny import App, Inputs, Outputs, Session

    from simulation.app.desk import Desk
    from simulation.app.live import Live
    from simulation.app.page import STATIC, page

    own, results = (shown, None) if isinstance(shown, Live) else (None, shown)

    def server(input: Inputs, output: Outputs, session: Session) -> None:
        Desk(words, start, input, session, own).open(results)

    title = start.scenario().title if start.given else ""
    made = App(page(words, start.given, title), server, static_assets={"/static": STATIC}, debug=False)
    made.sanitize_errors = True
    return made
