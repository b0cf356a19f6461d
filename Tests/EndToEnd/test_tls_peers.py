"""What others' programs find when they look at TLS in front."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

from pki import Authority
from wire import DEADLINE


@pytest.fixture(scope="module")
def served(make_shared, tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("pki"))
    pairs = [authority.issue("localhost", kind=kind) for kind in ("ecdsa", "rsa")]
    return make_shared.serve(
        make_shared.origin(), listener={"tls": {"certificates": [pair.entry for pair in pairs]}})


def test_sslscan_finds_nothing_weak(served):
    out = subprocess.run(
        ["sslscan", "--xml=-", "--show-sigs", f"localhost:{served.address()[1]}"],
        capture_output=True, text=True, timeout=6 * DEADLINE, check=True).stdout
    found = ElementTree.fromstring(out).find("ssltest")
    assert {protocol.get("version"): protocol.get("enabled") for protocol in found.iter("protocol")} \
        == {"2": "0", "3": "0", "1.0": "0", "1.1": "0", "1.2": "1", "1.3": "1"}
    assert found.find("renegotiation").get("supported") == "0"
    assert all(bleed.get("vulnerable") == "0" for bleed in found.iter("heartbleed"))
    ciphers = [(cipher.get("sslversion"), cipher.get("cipher")) for cipher in found.iter("cipher")]
    assert len(ciphers) == 9
    for version, name in ciphers:
        # Forward secrecy and authenticated encryption: all of TLS 1.3 has them.
        assert version == "TLSv1.3" or name.startswith("ECDHE-") and name.endswith(
            ("GCM-SHA256", "GCM-SHA384", "CHACHA20-POLY1305"))
    assert all(int(group.get("bits")) >= 128 for group in found.iter("group"))


@pytest.mark.parametrize("streams", [1, 20])
def test_nghttp(served, streams):
    out = subprocess.run(
        ["nghttp", "--no-verify-peer", "--stat", "--null-out", f"--multiply={streams}",
         f"https://localhost:{served.address()[1]}/"],
        capture_output=True, text=True, timeout=DEADLINE, check=True).stdout
    assert sum(" 200 " in line for line in out.splitlines()) == streams
