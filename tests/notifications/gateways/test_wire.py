import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from yarl import URL

from notifications.gateways import wire
from notifications.gateways.wire import Answer, NoAnswerError, NotSentError, Wire
from tests.support.processes import free_port

HEADERS = {"Content-Type": "text/plain"}


class Peer:
    """Answers each request with the next of `answers`; None hangs up without a word."""

    def __init__(self, *answers: bytes | None, piece: int = 0) -> None:
        self.answers, self.piece = list(answers), piece
        self.requests: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        while self.answers:
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                break
            length = [line for line in head.split(b"\r\n") if b"Content-Length" in line]
            body = await reader.readexactly(int(length[0].split()[1])) if length else b""
            self.requests.append(head + body)
            answer = self.answers.pop(0)
            if answer is None:
                break
            await self._write(writer, answer)
            if b"HTTP/1.1" in answer and b"Content-Length" not in answer:
                break
        writer.close()

    async def _write(self, writer: asyncio.StreamWriter, answer: bytes) -> None:
        step = self.piece or len(answer)
        for at in range(0, len(answer), step):
            writer.write(answer[at : at + step])
            await writer.drain()
            await asyncio.sleep(0)


def talk(
    peer: Peer, *bodies: bytes | None, tls: ssl.SSLContext | None = None
) -> list[Answer | Exception]:
    """The outcome of one exchange after the other over one wire."""

    async def run() -> list[Any]:
        server = await asyncio.start_server(peer.serve, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        url = URL(f"{'https' if tls else 'http'}://localhost:{port}/path?a=%2B1", encoded=True)
        outcomes: list[Any] = []
        async with server, Wire(4) as http:
            for body in bodies:
                try:
                    outcomes.append(await http.exchange(url, headers=HEADERS, body=body))
                except wire.WireError as error:
                    outcomes.append(error)
        return outcomes

    return asyncio.run(run())


def answer(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    lines = (b"HTTP/1.1 " + status, *fields, b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


CHUNKED = (
    b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"4\r\nWiki\r\n5;x=1\r\npedia\r\n0\r\n\r\n"
)


def test_request_is_what_the_standard_says():
    peer = Peer(answer(b"one"), answer(b"two", status=b"404 Not Found"))
    assert talk(peer, b"body", None) == [Answer(200, b"one"), Answer(404, b"two")]
    post, get = peer.requests
    assert post.startswith(b"POST /path?a=%2B1 HTTP/1.1\r\nHost: localhost:")
    assert post.endswith(b"Content-Type: text/plain\r\nContent-Length: 4\r\n\r\nbody")
    assert get.startswith(b"GET /path?a=%2B1 HTTP/1.1\r\n")
    assert b"Content-Length" not in get


def test_connection_is_kept():
    peer = Peer(*[answer(b"x")] * 5)
    talk(peer, *[b"y"] * 5)
    assert peer.connections == 1


@pytest.mark.parametrize("piece", [1, 7, 0])
@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (answer("安".encode()), Answer(200, "安".encode())),
        (CHUNKED, Answer(201, b"Wikipedia")),
        (CHUNKED[:-2] + b"Trailer: x\r\n\r\n", Answer(201, b"Wikipedia")),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + answer(b"x"), Answer(200, b"x")),
        (b"HTTP/1.1 204 No Content\r\n\r\n", Answer(204, b"")),
        (
            b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end",
            Answer(200, b"until the end"),
        ),
    ],
)
def test_answer_is_read_whole_in_whatever_pieces(piece: int, raw: bytes, expected: Answer):
    assert talk(Peer(raw, piece=piece), b"x") == [expected]


def test_how_long_to_leave_the_provider_in_peace_is_read():
    raw = answer(b"x", b"retry-AFTER: 7", status=b"429 Too Many Requests")
    assert talk(Peer(raw), b"x") == [Answer(429, b"x", "7")]


def test_connection_that_says_close_is_not_used_again():
    peer = Peer(answer(b"x", b"Connection: close"), answer(b"y"))
    assert talk(peer, b"1", b"2") == [Answer(200, b"x"), Answer(200, b"y")]
    assert peer.connections == 2


@pytest.mark.parametrize(
    "raw",
    [
        None,
        b"HTTP/1.1 201 Created\r\nContent-Length: 50\r\n\r\n{",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 two hundred\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)
def test_answer_that_is_cut_or_no_http_is_no_answer(raw: bytes | None):
    (outcome,) = talk(Peer(raw), b"x")
    assert isinstance(outcome, NoAnswerError)


def test_second_answer_is_never_taken_for_the_next_one():
    peer = Peer(answer(b"x") + answer(b"unasked"), answer(b"y"))
    assert talk(peer, b"1", b"2") == [Answer(200, b"x"), Answer(200, b"y")]
    assert peer.connections == 2


def test_late_answer_is_no_answer_and_ends_the_connection(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wire, "ANSWER_SECONDS", 0.1)
    peer = Peer(b"HTTP/1.1 100 Continue\r\nContent-Length: 0\r\n\r\n", answer(b"y"))
    late, good = talk(peer, b"1", b"2")
    assert isinstance(late, NoAnswerError)
    assert good == Answer(200, b"y")


def test_endless_answer_is_given_up(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wire, "MAX_ANSWER_BYTES", 1000)
    (outcome,) = talk(Peer(answer(b"x" * 100_000)), b"x")
    assert isinstance(outcome, NoAnswerError)


@pytest.mark.parametrize("host", ["127.0.0.1", "nobody.invalid"])
def test_without_a_connection_nothing_was_sent(host: str):
    async def run() -> None:
        async with Wire(1) as http:
            await http.exchange(URL(f"http://{host}:{free_port()}/"), headers={}, body=b"x")

    with pytest.raises(NotSentError):
        asyncio.run(run())


def test_never_more_connections_than_allowed():
    peer = Peer(*[answer(b"x")] * 50)

    async def run() -> None:
        server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
        url = URL(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        async with server, Wire(3) as http:
            calls = (http.exchange(url, headers=HEADERS, body=b"x") for _ in range(50))
            await asyncio.gather(*calls)

    asyncio.run(run())
    assert peer.connections <= 3
    assert len(peer.requests) == 50


def test_header_with_a_line_break_is_refused():
    with pytest.raises(ValueError, match="line break"):
        wire._head("POST", URL("http://127.0.0.1:9/"), {"X": "a\r\nY: b"})


# -- TLS ------------------------------------------------------------------------------------


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for localhost that nobody but the test trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


def test_certificate_must_be_trusted(certificate: Any, monkeypatch: pytest.MonkeyPatch):
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(*certificate)
    (outcome,) = talk(Peer(answer(b"x")), b"x", tls=server)
    assert isinstance(outcome, NotSentError)
    trusting = ssl.create_default_context(cafile=str(certificate[0]))
    monkeypatch.setattr(wire, "_trust", lambda: trusting)
    assert talk(Peer(answer(b"x"), answer(b"y")), b"x", b"y", tls=server) == [
        Answer(200, b"x"),
        Answer(200, b"y"),
    ]
