"""Digests, HMACs, keys and certificates."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

from gatewright.builtins._operands import bytes_text, object_, string, text_bytes
from gatewright.builtins.encoding import base64_decode
from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.runtime.numbers import is_number, machine_int
from gatewright.runtime.values import RegoSet, from_key, sorted_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.builtins._x509 import Certificate, VerifyOptions
    from gatewright.runtime.context import Context

_BEGIN = b"-----BEGIN"


@builtin("crypto.md5", "(x: string) -> y: string")
def crypto_md5(x: Any) -> str:
    """The MD5 digest, in hex: `crypto.md5("a") == "0cc175b9c0f1b6a831c399e269772661"`."""
    return hashlib.md5(text_bytes(string(x, 1)), usedforsecurity=False).hexdigest()


@builtin("crypto.sha1", "(x: string) -> y: string")
def crypto_sha1(x: Any) -> str:
    """The SHA-1 digest, in hex: `crypto.sha1("a") == "86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"`."""
    return hashlib.sha1(text_bytes(string(x, 1)), usedforsecurity=False).hexdigest()


@builtin("crypto.sha256", "(x: string) -> y: string")
def crypto_sha256(x: Any) -> str:
    """The SHA-256 digest, in hex: `startswith(crypto.sha256("a"), "ca978112")`."""
    return hashlib.sha256(text_bytes(string(x, 1))).hexdigest()


@builtin("crypto.hmac.md5", "(x: string, key: string) -> y: string")
def crypto_hmac_md5(x: Any, key: Any) -> str:
    """The HMAC with MD5, in hex: `count(crypto.hmac.md5("a", "key")) == 32`."""
    return _hmac(x, key, "md5")


@builtin("crypto.hmac.sha1", "(x: string, key: string) -> y: string")
def crypto_hmac_sha1(x: Any, key: Any) -> str:
    """The HMAC with SHA-1, in hex: `count(crypto.hmac.sha1("a", "key")) == 40`."""
    return _hmac(x, key, "sha1")


@builtin("crypto.hmac.sha256", "(x: string, key: string) -> y: string")
def crypto_hmac_sha256(x: Any, key: Any) -> str:
    """The HMAC with SHA-256, in hex: `count(crypto.hmac.sha256("a", "key")) == 64`."""
    return _hmac(x, key, "sha256")


@builtin("crypto.hmac.sha512", "(x: string, key: string) -> y: string")
def crypto_hmac_sha512(x: Any, key: Any) -> str:
    """The HMAC with SHA-512, in hex: `count(crypto.hmac.sha512("a", "key")) == 128`."""
    return _hmac(x, key, "sha512")


def _hmac(x: Any, key: Any, digest: str) -> str:
    message = text_bytes(string(x, 1))
    return hmac.new(text_bytes(string(key, 2)), message, digest).hexdigest()


@builtin("crypto.hmac.equal", "(mac1: string, mac2: string) -> result: boolean")
def crypto_hmac_equal(mac1: Any, mac2: Any) -> bool:
    """Are two MACs equal? Takes the same time wherever they differ: `crypto.hmac.equal("a", "a") == true`."""
    return hmac.compare_digest(text_bytes(string(mac1, 1)), text_bytes(string(mac2, 2)))


# Certificates -------------------------------------------------------------------------------------------------------


@builtin("crypto.x509.parse_certificates", "(certs: string) -> output: array[object[string: any]]")
def crypto_x509_parse_certificates(certs: Any) -> list[Any]:
    """The certificates of a PEM or base64 text: `crypto.x509.parse_certificates(pem)[0].Subject.CommonName`."""
    from gatewright.builtins._x509 import X509Error

    try:
        return [certificate.shown(uri_strings=True) for certificate in _certificates(string(certs, 1))]
    except X509Error as error:
        raise BuiltinError(str(error)) from None


def _certificates(text: str) -> list[Certificate]:
    from gatewright.builtins._x509 import parse_certificates

    data = text_bytes(text)
    if not data.startswith(_BEGIN):
        data = _from_base64(text)
    return parse_certificates(_blocks(data) if data.startswith(_BEGIN) else data)


def _blocks(text: bytes) -> bytes:
    """The bytes of all certificates of a PEM text, one after the other."""
    from gatewright.builtins import _pem
    from gatewright.builtins._x509 import X509Error

    pieces = []
    block, rest = _pem.decode(text)
    while block is not None:
        if block.kind != "CERTIFICATE":
            raise X509Error(f"PEM block type is '{block.kind}', expected CERTIFICATE")
        pieces.append(block.data)
        block, rest = _pem.decode(rest)
    return b"".join(pieces)


def _from_base64(text: str) -> bytes:
    return text_bytes(base64_decode(text))


@builtin(
    "crypto.x509.parse_and_verify_certificates",
    "(certs: string) -> output: array<boolean, array[object[string: any]]>",
    context=True,
)
def crypto_x509_parse_and_verify_certificates(context: Context, certs: Any) -> list[Any]:
    """Whether the last certificate leads to the first, and the chain:
    `crypto.x509.parse_and_verify_certificates(pem)[0] == true`."""
    from gatewright.builtins._x509 import VerifyOptions

    text = string(certs, 1)
    return _verified(text, VerifyOptions(_moment(context.now_ns)), uri_strings=True)


@builtin(
    "crypto.x509.parse_and_verify_certificates_with_options",
    "(certs: string, options: object[string: any]) -> output: array<boolean, array[object[string: any]]>",
    context=True,
)
def crypto_x509_parse_and_verify_certificates_with_options(context: Context, certs: Any, options: Any) -> list[Any]:
    """The same with `DNSName`, `CurrentTime`, `KeyUsages`:
    `crypto.x509.parse_and_verify_certificates_with_options(pem, {"DNSName": "a.example"})[0] == true`."""
    from gatewright.builtins._x509 import X509Error

    text, wanted = string(certs, 1), object_(options, 2)
    try:
        _certificates(text)
    except (X509Error, BuiltinError):
        return [False, []]
    return _verified(text, _options(wanted, context.now_ns), uri_strings=False)


def _verified(text: str, options: VerifyOptions, *, uri_strings: bool) -> list[Any]:
    from gatewright.builtins._x509 import X509Error, verify_chain

    try:
        chain = verify_chain(_certificates(text), options)
    except (X509Error, BuiltinError):
        return [False, []]
    return [True, [certificate.shown(uri_strings=uri_strings) for certificate in chain]]


def _moment(nanoseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=nanoseconds // 1000)


_USAGES = {
    name: number
    for number, name in enumerate(
        (
            "KeyUsageAny",
            "KeyUsageServerAuth",
            "KeyUsageClientAuth",
            "KeyUsageCodeSigning",
            "KeyUsageEmailProtection",
            "KeyUsageIPSECEndSystem",
            "KeyUsageIPSECTunnel",
            "KeyUsageIPSECUser",
            "KeyUsageTimeStamping",
            "KeyUsageOCSPSigning",
            "KeyUsageMicrosoftServerGatedCrypto",
            "KeyUsageNetscapeServerGatedCrypto",
            "KeyUsageMicrosoftCommercialCodeSigning",
            "KeyUsageMicrosoftKernelCodeSigning",
        )
    )
}


def _options(options: dict[Any, Any], now_ns: int) -> VerifyOptions:
    from gatewright.builtins._x509 import VerifyOptions

    dns_name, moment = "", now_ns
    usages: tuple[int, ...] = ()
    for key in sorted_keys(options):
        name, value = from_key(key), options[key]
        if name.__class__ is not str:
            continue
        if name == "DNSName":
            if value.__class__ is not str:
                raise BuiltinError("'DNSName' should be a string")
            dns_name = value.strip('"')
        elif name == "CurrentTime":
            moment = _whole(value, "CurrentTime", "int64 number")
        elif name == "MaxConstraintComparisons":
            _whole(value, name, "number")
        elif name == "KeyUsages":
            usages = _key_usages(value)
        else:
            raise BuiltinError("invalid key option")
    return VerifyOptions(_moment(moment), dns_name, usages)


def _whole(value: Any, name: str, kind: str) -> int:
    if not is_number(value):
        raise BuiltinError(f"'{name}' should be a number")
    number = machine_int(value)
    if number is None:
        raise BuiltinError(f"'{name}' should be a valid {kind}")
    return number


def _key_usages(value: Any) -> tuple[int, ...]:
    if value.__class__ not in (list, RegoSet):
        raise BuiltinError("'KeyUsages' should be an Array or Set")
    names = [item.strip('"') for item in value if item.__class__ is str]
    invalid = [name for name in names if name not in _USAGES]
    if invalid:
        raise BuiltinError(f"invalid entries for 'KeyUsages' found: [{' '.join(invalid)}]")
    return tuple(_USAGES[name] for name in names)


@builtin("crypto.x509.parse_certificate_request", "(csr: string) -> output: object[string: any]")
def crypto_x509_parse_certificate_request(csr: Any) -> dict[str, Any]:
    """A signing request: `crypto.x509.parse_certificate_request(pem).Subject.CommonName`."""
    from gatewright.builtins import _pem
    from gatewright.builtins._x509 import X509Error, parse_request

    text = string(csr, 1)
    data = text_bytes(text)
    if not data.startswith(b"-----BEGIN CERTIFICATE REQUEST-----"):
        data = _from_base64(text)
    block, _ = _pem.decode(data)
    if block is not None and block.kind != "CERTIFICATE REQUEST":
        raise BuiltinError("invalid PEM-encoded certificate signing request")
    try:
        return parse_request(block.data if block is not None else data)
    except X509Error as error:
        raise BuiltinError(str(error)) from None


# Keys ---------------------------------------------------------------------------------------------------------------


@builtin("crypto.parse_private_keys", "(keys: string) -> output: array[object[string: any]]")
def crypto_parse_private_keys(keys: Any) -> Any:
    """The private keys of a PEM text, null for the empty text: `crypto.parse_private_keys("") == null`."""
    text = string(keys, 1)
    return [_shown_key(key) for key in _private_keys(text)] if text else None


def _private_keys(text: str) -> list[Any]:
    """The keys of all blocks of known kinds in a PEM text, or its base64."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    from gatewright.builtins import _pem

    data = text_bytes(text)
    try:
        data = _from_base64(text)
    except BuiltinError:
        pass
    keys = []
    block, rest = _pem.decode(data)
    while block is not None:
        if block.kind in ("RSA PRIVATE KEY", "PRIVATE KEY", "EC PRIVATE KEY"):
            try:
                keys.append(load_der_private_key(block.data, None))
            except (ValueError, TypeError, UnsupportedAlgorithm):
                raise BuiltinError("x509: failed to parse private key") from None
        block, rest = _pem.decode(rest)
    return keys


def _shown_key(key: Any) -> Any:
    """A private key as Go shows its fields as JSON."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        return {
            "N": numbers.public_numbers.n,
            "E": numbers.public_numbers.e,
            "D": numbers.d,
            "Primes": [numbers.p, numbers.q],
            "Precomputed": {"Dp": numbers.dmp1, "Dq": numbers.dmq1, "Qinv": numbers.iqmp, "CRTValues": []},
        }
    if isinstance(key, ec.EllipticCurvePrivateKey):
        private = key.private_numbers()
        public = private.public_numbers
        return {"Curve": {}, "X": public.x, "Y": public.y, "D": private.private_value}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return base64.b64encode(key.private_bytes_raw() + key.public_key().public_bytes_raw()).decode()
    return {}


@builtin("crypto.x509.parse_rsa_private_key", "(pem: string) -> output: object[string: any]")
def crypto_x509_parse_rsa_private_key(pem: Any) -> Any:
    """The first private key of a PEM text as a JWK: `crypto.x509.parse_rsa_private_key(pem).kty == "RSA"`."""
    text = string(pem, 1)
    if not text:
        raise BuiltinError("input PEM data was empty")
    if not text.startswith("-----BEGIN"):
        text = bytes_text(_from_base64(text))
    keys = _private_keys(text)
    return _jwk(keys[0]) if keys else None


def _jwk(key: Any) -> dict[str, str]:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        parts = {
            "n": numbers.public_numbers.n,
            "e": numbers.public_numbers.e,
            "d": numbers.d,
            "p": numbers.p,
            "q": numbers.q,
            "dp": numbers.dmp1,
            "dq": numbers.dmq1,
            "qi": numbers.iqmp,
        }
        return {"kty": "RSA"} | {name: _b64url(_minimal(number)) for name, number in parts.items()}
    if isinstance(key, ec.EllipticCurvePrivateKey):
        private = key.private_numbers()
        public, size = private.public_numbers, (key.curve.key_size + 7) // 8
        curve = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}[key.curve.name]
        numbers_ = {"d": private.private_value, "x": public.x, "y": public.y}
        return {"kty": "EC", "crv": curve} | {n: _b64url(v.to_bytes(size, "big")) for n, v in numbers_.items()}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        public_bytes, private_bytes = key.public_key().public_bytes_raw(), key.private_bytes_raw()
        return {"kty": "OKP", "crv": "Ed25519", "x": _b64url(public_bytes), "d": _b64url(private_bytes)}
    raise BuiltinError("unsupported private key")


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@builtin("crypto.x509.parse_keypair", "(cert: string, pem: string) -> output: object[string: any]")
def crypto_x509_parse_keypair(cert: Any, pem: Any) -> dict[str, Any]:
    """A certificate and its key, which must fit: `crypto.x509.parse_keypair(cert, key).Leaf.Subject`."""
    from gatewright.builtins._x509 import X509Error, parse_certificates

    chain, key_data = _block_data(string(cert, 1), "CERTIFICATE"), _block_data(string(pem, 1), "PRIVATE KEY")
    if not chain:
        raise BuiltinError("tls: failed to find any PEM data in certificate input")
    if not key_data:
        raise BuiltinError("tls: failed to find any PEM data in key input")
    try:
        leaf = parse_certificates(chain[0])[0]
    except (X509Error, IndexError):
        raise BuiltinError("x509: malformed certificate") from None
    encoded = base64.encodebytes(key_data[0]).decode()
    keys = _private_keys(f"-----BEGIN PRIVATE KEY-----\n{encoded}-----END PRIVATE KEY-----\n")
    shown = _shown_key(keys[0])
    if not _fits(shown, leaf.fields["PublicKey"]):
        raise BuiltinError("tls: private key does not match public key")
    return {
        "Certificate": [base64.b64encode(data).decode() for data in chain],
        "PrivateKey": shown,
        "SupportedSignatureAlgorithms": None,
        "OCSPStaple": None,
        "SignedCertificateTimestamps": None,
        "Leaf": leaf.shown(uri_strings=False),
    }


def _block_data(text: str, kind: str) -> list[bytes]:
    """The bytes of the blocks of a kind in PEM, or in base64 of PEM, or of DER."""
    from gatewright.builtins import _pem

    data = text_bytes(text)
    if not data.startswith(_BEGIN):
        data = _from_base64(text)
    if not data.startswith(_BEGIN):
        return [data]
    found = []
    block, rest = _pem.decode(data)
    while block is not None:
        if block.kind == kind or block.kind.endswith(" " + kind):
            found.append(block.data)
        block, rest = _pem.decode(rest)
    return found


def _fits(private: Any, public: Any) -> bool:
    if isinstance(private, str) or isinstance(public, str):
        if not (isinstance(private, str) and isinstance(public, str)):
            return False
        return base64.b64decode(private)[32:] == base64.b64decode(public)
    return all(private.get(name) == value for name, value in (public or {"": None}).items())
