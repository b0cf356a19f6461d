"""Certificates for tests, made by openssl(1), and the peers that use them, on Python's ssl."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
from pathlib import Path

from origins import Origin, OriginConnection
from portico import Portico
from wire import DEADLINE, Reader, Wire


def openssl(*arguments: str, **options) -> str:
    outcome = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True,
                             timeout=30, **options)
    assert outcome.returncode == 0, outcome.stderr
    return outcome.stdout


class Pair:
    """A certificate and its key, in files."""

    def __init__(self, chain: Path, key: Path):
        self.chain, self.key = chain, key

    @property
    def entry(self) -> dict:
        """As a configuration has it."""
        return {"chain": str(self.chain), "key": str(self.key)}

    @property
    def der(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(self.chain.read_text().split("-----END")[0]
                                        + "-----END CERTIFICATE-----\n")


class Authority:
    """An authority of the test's own, and what it signs."""

    def __init__(self, directory: Path, name: str = "authority"):
        self.directory = directory / name
        self.directory.mkdir()
        self.count = 0
        self.file = self.directory / "ca.pem"
        self.key = self.directory / "ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-keyout", self.key, "-out", self.file, "-subj", f"/CN={name}", "-days", "365",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def issue(self, *names: str, kind: str = "ecdsa", days: int = 90) -> Pair:
        """A certificate for those names (`IP:...` for addresses), the first its subject."""
        self.count += 1
        stem = self.directory / str(self.count)
        request, extensions = f"{stem}.csr", Path(f"{stem}.ext")
        key = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ecdsa" else ["rsa:2048"]
        openssl("req", "-newkey", *key, "-nodes", "-keyout", f"{stem}.key", "-out", request,
                "-subj", f"/CN={names[0]}")
        extensions.write_text("subjectAltName=" + ",".join(
            name if name.startswith("IP:") else f"DNS:{name}" for name in names))
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.key,
                "-set_serial", str(1000 + self.count), "-days", str(days),
                "-extfile", extensions, "-out", f"{stem}.pem")
        return Pair(Path(f"{stem}.pem"), Path(f"{stem}.key"))

    def revoke(self, *pairs: Pair) -> Path:
        """A revocation list."""
        database, config = self.directory / "index", self.directory / "ca.cnf"
        lines = []
        for pair in pairs:
            serial = openssl("x509", "-in", pair.chain, "-noout", "-serial").strip()
            lines.append(f"R\t400101000000Z\t260101000000Z\t{serial.split('=')[1]}\tunknown\t/CN=x\n")
        database.write_text("".join(lines))
        config.write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={database}\ndefault_md=sha256\n"
                          "default_crl_days=30\n")
        crl = self.directory / "crl.pem"
        openssl("ca", "-gencrl", "-config", config, "-cert", self.file, "-keyfile", self.key,
                "-out", crl)
        return crl


def client_context(authority: Authority | None, *, pair: Pair | None = None,
                   version: ssl.TLSVersion | None = None,
                   protocols: list[str] | None = None) -> ssl.SSLContext:
    """Trusts the authority; None trusts anybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if authority:
        context.load_verify_locations(authority.file)
    else:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if pair:
        context.load_cert_chain(pair.chain, pair.key)
    if version:
        context.minimum_version = context.maximum_version = version
    if protocols:
        context.set_alpn_protocols(protocols)
    return context


class SecureWire(Wire):
    """A client's connection to portico, in TLS. An end without close_notify is an error."""

    def __init__(self, address, context: ssl.SSLContext, name: str | None = "a.example",
                 session: ssl.SSLSession | None = None, **options):
        super().__init__(address, **options)
        try:
            self.sock = context.wrap_socket(self.sock, server_hostname=name, session=session,
                                            suppress_ragged_eofs=False)
        except BaseException:
            self.sock.close()
            raise
        self.reader = Reader(self.sock)

    def readable(self, seconds: float) -> bool:
        return self.sock.pending() > 0 or super().readable(seconds)


class SecureOrigin(Origin):
    """An origin that speaks TLS, and `protocols` by ALPN, if any."""

    def __init__(self, pair: Pair, *arguments, clients: Authority | None = None,
                 protocols: list[str] | None = None, **options):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pair.chain, pair.key)
        if protocols:
            self.context.set_alpn_protocols(protocols)
        if clients:
            self.context.load_verify_locations(clients.file)
            self.context.verify_mode = ssl.CERT_REQUIRED
        self.names: list[str | None] = []
        self.context.sni_callback = lambda sock, name, context: self.names.append(name)
        self.shown: list[dict | None] = []
        super().__init__(*arguments, **options)

    def _serve(self, connection: OriginConnection) -> None:
        try:
            connection.sock = self.context.wrap_socket(connection.sock, server_side=True)
            connection.reader = Reader(connection.sock)
            self.shown.append(connection.sock.getpeercert())
        except OSError:
            pass  # The peer did not like us; the script finds the connection closed.
        super()._serve(connection)


def statistics(portico: Portico) -> dict:
    """What the control socket says."""
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(DEADLINE)
    sock.connect(str(portico.control))
    with sock:
        sock.sendall(b"GET /statistics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        data = b""
        while piece := sock.recv(1 << 16):
            data += piece
    return json.loads(data.partition(b"\r\n\r\n")[2])
