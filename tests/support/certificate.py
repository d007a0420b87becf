"""A self-signed certificate for `localhost`, made in a few milliseconds and without any program but Python.

ECDSA over P-256 (SEC 1, section 4.1) and DER (X.690) by hand: good enough for a test, and for nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)
Point = tuple[int, int] | None


def _plus(one: Point, two: Point) -> Point:
    if one is None or two is None:
        return one or two
    if one[0] == two[0] and (one[1] + two[1]) % P == 0:
        return None
    if one == two:
        slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, P) % P
    else:
        slope = (two[1] - one[1]) * pow(two[0] - one[0], -1, P) % P
    x = (slope * slope - one[0] - two[0]) % P
    return x, (slope * (one[0] - x) - one[1]) % P


def _times(number: int, point: Point) -> tuple[int, int]:
    total: Point = None
    while number:
        if number & 1:
            total = _plus(total, point)
        point = _plus(point, point)
        number >>= 1
    assert total is not None
    return total


def _sign(message: bytes, key: int) -> tuple[int, int]:
    digest = int.from_bytes(hashlib.sha256(message).digest(), "big")
    while True:
        nonce = secrets.randbelow(N - 1) + 1
        r = _times(nonce, G)[0] % N
        s = pow(nonce, -1, N) * (digest + r * key) % N
        if r and s:
            return r, s


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _oid(text: str) -> bytes:
    first, second, *rest = (int(part) for part in text.split("."))
    out = bytes([first * 40 + second])
    for number in rest:
        piece = [number & 0x7F]
        while number := number >> 7:
            piece.append(0x80 | (number & 0x7F))
        out += bytes(reversed(piece))
    return _der(0x06, out)


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _extension(oid: str, content: bytes, critical: bool = False) -> bytes:
    return _sequence(_oid(oid), _der(0x01, b"\xff") if critical else b"", _der(0x04, content))


def _pem(label: str, data: bytes) -> str:
    text = base64.encodebytes(data).decode()
    return f"-----BEGIN {label}-----\n{text}-----END {label}-----\n"


def write_certificate(folder: Path, host: str = "localhost", days: int = 2) -> tuple[Path, Path]:
    """A certificate for a host and 127.0.0.1 that signs itself, and its key, as PEM files.

    Negative `days` make one that has expired.
    """
    key = secrets.randbelow(N - 1) + 1
    x, y = _times(key, G)
    public = b"\x04" + x.to_bytes(32, "big") + y.to_bytes(32, "big")
    curve = _oid("1.2.840.10045.3.1.7")
    algorithm = _sequence(_oid("1.2.840.10045.4.3.2"))
    name = _sequence(_der(0x31, _sequence(_oid("2.5.4.3"), _der(0x0C, host.encode()))))
    now = datetime.now(UTC)
    begin, end = sorted((now - timedelta(days=10), now + timedelta(days=days)))
    times = [_der(0x17, f"{at:%y%m%d%H%M%SZ}".encode()) for at in (begin, end)]
    names = _der(0x82, host.encode()) + _der(0x87, bytes([127, 0, 0, 1]))
    extensions = _sequence(
        _extension("2.5.29.19", _sequence(_der(0x01, b"\xff")), critical=True),
        _extension("2.5.29.15", b"\x03\x02\x02\x84", critical=True),
        _extension("2.5.29.14", _der(0x04, hashlib.sha1(public).digest())),
        _extension("2.5.29.17", _sequence(names)),
    )
    body = _sequence(
        _der(0xA0, _integer(2)),
        _integer(secrets.randbits(63)),
        algorithm,
        name,
        _sequence(*times),
        name,
        _sequence(_sequence(_oid("1.2.840.10045.2.1"), curve), _der(0x03, b"\0" + public)),
        _der(0xA3, extensions),
    )
    signature = _sequence(*map(_integer, _sign(body, key)))
    certificate = _sequence(body, algorithm, _der(0x03, b"\0" + signature))
    private = _sequence(_integer(1), _der(0x04, key.to_bytes(32, "big")), _der(0xA0, curve))
    certificate_file, key_file = folder / "certificate.pem", folder / "key.pem"
    certificate_file.write_text(_pem("CERTIFICATE", certificate))
    key_file.write_text(_pem("EC PRIVATE KEY", private))
    return certificate_file, key_file


def server_context(certificate: Path, key: Path) -> ssl.SSLContext:
    """What a server speaks TLS with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def trusting(certificate: Path) -> ssl.SSLContext:
    """What a client trusts this certificate with, and no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(certificate)
    return context
