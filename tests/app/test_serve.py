"""Who is served: on this machine alone, with the token, from the page's own address."""

from __future__ import annotations

import asyncio
import re

import pytest

from simulation.app.serve import HOST, MAX_UPLOAD, Guard, _listen, serve
from simulation.errors import InputError

TOKEN = "a-token"
AT = "127.0.0.1:8000"


async def _page(scope, receive, send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


def asked(path: str, kind: str = "http", method: str = "GET", **headers: str) -> list[dict]:
    """What the guard answers."""
    sent: list[dict] = []

    async def send(message) -> None:
        sent.append(message)

    told = {"host": AT, **{name.replace("_", "-"): value for name, value in headers.items()}}
    headers = [(name.encode(), value.encode()) for name, value in told.items()]
    scope = {"type": kind, "path": path, "method": method, "headers": headers}
    asyncio.run(Guard(_page, TOKEN, (AT,))(scope, None, send))
    return sent


def test_the_page_is_served_below_the_token_and_loads_nothing_from_elsewhere() -> None:
    start, body = asked(f"/{TOKEN}/static/app.js")
    assert body["body"] == b"/static/app.js"
    policy = dict(start["headers"])[b"content-security-policy"].decode()
    assert "default-src 'self'" in policy
    assert set(re.findall(r"//([^:;\s]+)", policy)) == {"127.0.0.1", "localhost"}
    assert asked(f"/{TOKEN}/", origin=f"http://{AT}")[0]["status"] == 200


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/", {}), ("/a-toke/", {}), (f"/{TOKEN}", {}), ("/static/app.js", {}), (f"//{TOKEN}/", {}),
        (f"/{TOKEN}/", {"host": "evil.example"}), (f"/{TOKEN}/", {"origin": "http://evil.example"}),
        (f"/{TOKEN}/", {"origin": "null"}), (f"/{TOKEN}/", {"content_length": str(2 * MAX_UPLOAD)}),
    ],
)  # fmt: skip
def test_all_else_is_not_found_and_the_websocket_neither(path, headers) -> None:
    assert asked(path, **headers)[0]["status"] == 404
    assert asked(path + "websocket/", "websocket", **headers) == [{"type": "websocket.close", "code": 1008}]


def test_what_is_sent_says_how_much_it_is() -> None:
    assert asked(f"/{TOKEN}/upload", method="POST")[0]["status"] == 404
    assert asked(f"/{TOKEN}/upload", method="POST", content_length="9")[0]["status"] == 200


def test_only_the_loopback_address_is_listened_at() -> None:
    with _listen(0) as listener:
        assert HOST == "127.0.0.1"
        assert listener.getsockname()[0] == HOST
        with pytest.raises(InputError, match="--port"):
            _listen(65536)


def test_a_scenario_at_fault_is_told_before_anything_is_served(tmp_path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("extends: baseline\nparameters: {rivalri: 2}\n")
    for scenario, folder, told in ((str(path), None, "rivalri"), ("baseline", tmp_path / "none", "not a folder")):
        with pytest.raises(InputError, match=told):
            serve(scenario, browser=False, folder=folder, tell=pytest.fail)
