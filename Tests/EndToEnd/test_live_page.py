"""The live page: what it reads of the daemon's answers, and in a real browser what it makes of them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess

import pytest

from portico import configuration, parse_address
from wire import Wire

TOKEN = "a-token-for-the-page"


def test_the_daemon_tells_what_it_asks_for(make):
    portico = make.serve("127.0.0.1:9", route={"name": "everything"})
    assert portico.get().status == 503

    def ask(path: str, *fields: str) -> str:
        with Wire(str(portico.control)) as wire:
            return wire.request(path, *fields).body.decode()
    source = ask("/")
    told = set(re.findall(r"^(\w+)", ask("/metrics"), re.M))
    asked = set(re.findall(r'"((?:portico|process)_\w+)"', source))
    assert len(asked) > 15
    assert {name for name in asked if not {name, name + "_bucket"} & told} == set()
    [cluster] = json.loads(ask("/clusters", "Accept: application/json"))
    wanted = set(re.findall(r"\bbackend\.(\w+)", source))
    assert len(wanted) > 6 and wanted <= set(cluster["backends"][0])
    config = json.loads(ask("/config"))
    for path in re.findall(r"\bconfig\.(last_reload\.\w+|\w+)", source):
        value = config
        for name in path.split("."):
            value = value[name]


def test_a_browser_is_to_heed_its_own_style_and_script_only(make):
    portico = make.serve("127.0.0.1:9")
    with Wire(str(portico.control)) as wire:
        response = wire.request("/")
    page = response.body.decode()
    policy = response["Content-Security-Policy"]
    assert "unsafe" not in policy
    for element in ("style", "script"):
        [content] = re.findall(f"<{element}>(.*?)</{element}>", page, re.S)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in policy


@pytest.fixture
def page(make, tmp_path):
    """A function that opens the page in Chromium, and returns what it has become after 5 s of its time."""
    browser = shutil.which("chromium")
    assert browser, "chromium is not installed"
    (tmp_path / "token").write_text(TOKEN)
    origin = make.origin()
    portico = make.portico(configuration(
        origin, "127.0.0.1:9", route={"name": "everything"},
        admin={"bind": "127.0.0.1:0", "token_file": str(tmp_path / "token")}))
    host, port = parse_address(portico.wait_log(r" admin listening address=(\S+)")[1])
    for _ in range(5):
        portico.get()

    def page(fragment: str = "") -> str:
        outcome = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/b",
             "--virtual-time-budget=5000", "--dump-dom", f"http://{host}:{port}/{fragment}"],
            capture_output=True, text=True, timeout=60)
        assert outcome.returncode == 0, outcome.stderr
        return outcome.stdout
    page.origin = origin
    return page


def cell(dom: str, name: str) -> str:
    return re.search(rf'id="{name}"[^>]*>([^<]*)<', dom)[1]


def test_it_shows_what_happens(page):
    dom = page(f"#token={TOKEN}")
    assert cell(dom, "state") == "serving"
    assert cell(dom, "requests2").startswith("5 in all")
    assert re.fullmatch("[12] of 2 backends up", cell(dom, "health"))
    assert re.fullmatch(r"[\d.]+/s", cell(dom, "requests"))
    assert page.origin.address in dom and re.search("[12] of 2 up", dom)
    assert re.search(r"<main>", dom)


def test_it_asks_for_the_token(page):
    dom = page()
    assert cell(dom, "state") == "locked" and page.origin.address not in dom
    assert re.search(r'<section id="login" class="card wide">', dom)
