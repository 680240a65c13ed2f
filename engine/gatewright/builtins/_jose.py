"""JSON Web Keys and signatures: keys from PEM, certificates and JWK sets; signing and verifying by algorithm."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from gatewright.builtins import _pem
from gatewright.builtins._operands import text_bytes
from gatewright.builtins.encoding import decode_base64url
from gatewright.builtins.registry import BuiltinError
from gatewright.runtime import json

ALGORITHMS: Final = frozenset(
    [f"{family}{bits}" for family in ("RS", "PS", "ES", "HS") for bits in (256, 384, 512)] + ["EdDSA"]
)
_HASHES: Final = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}
_CURVES: Final = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}


@dataclass(frozen=True, slots=True)
class Key:
    """A key to verify or sign with; `alg` and `kid` are what a JWK says of itself, else empty."""

    key: Any
    alg: str = ""
    kid: str = ""


# Keys ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=100)
def verification_keys(text: str) -> tuple[Key, ...]:
    """The public keys of a PEM certificate or key, or of a JWK or JWK set. Raises BuiltinError."""
    block, rest = _pem.decode(text_bytes(text))
    if block is None:
        return _jwk_keys(text, public=True)
    if rest:
        raise BuiltinError("extra data after a PEM certificate block")
    if block.kind == "CERTIFICATE":
        try:
            return (Key(x509.load_der_x509_certificate(block.data).public_key()),)
        except (ValueError, UnsupportedAlgorithm):
            raise BuiltinError("failed to parse a PEM certificate: x509: malformed certificate") from None
    if block.kind == "PUBLIC KEY":
        try:
            return (Key(serialization.load_der_public_key(block.data)),)
        except (ValueError, UnsupportedAlgorithm):
            raise BuiltinError("failed to parse a PEM public key: asn1: structure error") from None
    raise BuiltinError("failed to extract a Key from the PEM certificate")


def _jwk_keys(text: str, *, public: bool) -> tuple[Key, ...]:
    try:
        document = json.loads(text)
    except json.JsonError as error:
        raise BuiltinError(f"failed to parse a JWK key (set): failed to unmarshal JSON: {error}") from None
    entries = document.get("keys") if isinstance(document, dict) and "keys" in document else [document]
    if not isinstance(entries, list):
        raise BuiltinError("failed to parse a JWK key (set): keys must be an array")
    keys = []
    for entry in entries:
        alg = entry.get("alg", "") if isinstance(entry, dict) else ""
        key = _key_of_jwk(entry, public=public)
        if not alg or alg in ALGORITHMS:
            keys.append(Key(key, alg, entry.get("kid", "")))
    return tuple(keys)


def signing_key(text: str) -> Any:
    """The first key of a JWK or JWK set. Raises BuiltinError."""
    try:
        document = json.loads(text)
    except json.JsonError as error:
        raise BuiltinError(f"failed to unmarshal JWK: {error}") from None
    if isinstance(document, dict) and isinstance(document.get("keys"), list):
        if not document["keys"]:
            raise BuiltinError("no keys found in JWK set")
        document = document["keys"][0]
    return _key_of_jwk(document, public=False)


def _key_of_jwk(jwk: Any, *, public: bool) -> Any:
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kty"), str):
        raise BuiltinError("failed to parse a JWK key (set): failed to unmarshal JSON: missing kty")
    makers = {"RSA": _rsa_key, "EC": _ec_key, "OKP": _ed25519_key, "oct": _octets}
    maker = makers.get(jwk["kty"])
    if maker is None:
        raise BuiltinError(f"failed to parse a JWK key (set): unknown key type {jwk['kty']!r}")
    try:
        return maker(jwk, public)
    except (KeyError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise BuiltinError(f"failed to parse a JWK key (set): {error}") from None


def _bytes(jwk: dict[Any, Any], name: str) -> bytes:
    if not isinstance(jwk.get(name), str):
        raise ValueError(f"required field {name} is missing")
    return decode_base64url(jwk[name])


def _integer(jwk: dict[Any, Any], name: str) -> int:
    return int.from_bytes(_bytes(jwk, name), "big")


def _octets(jwk: dict[Any, Any], _public: bool) -> bytes:
    return _bytes(jwk, "k")


def _rsa_key(jwk: dict[Any, Any], public: bool) -> Any:
    numbers = rsa.RSAPublicNumbers(_integer(jwk, "e"), _integer(jwk, "n"))
    if public or "d" not in jwk:
        return numbers.public_key()
    d = _integer(jwk, "d")
    if "p" in jwk and "q" in jwk:
        p, q = _integer(jwk, "p"), _integer(jwk, "q")
    else:
        p, q = rsa.rsa_recover_prime_factors(numbers.n, numbers.e, d)
    return rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), numbers
    ).private_key()


def _ec_key(jwk: dict[Any, Any], public: bool) -> Any:
    curve = _CURVES.get(jwk.get("crv", ""))
    if curve is None:
        raise ValueError(f"invalid curve algorithm {jwk.get('crv')!r}")
    numbers = ec.EllipticCurvePublicNumbers(_integer(jwk, "x"), _integer(jwk, "y"), curve)
    if public or "d" not in jwk:
        return numbers.public_key()
    return ec.EllipticCurvePrivateNumbers(_integer(jwk, "d"), numbers).private_key()


def _ed25519_key(jwk: dict[Any, Any], public: bool) -> Any:
    if jwk.get("crv") != "Ed25519":
        raise ValueError(f"invalid curve algorithm {jwk.get('crv')!r}")
    if public or "d" not in jwk:
        return ed25519.Ed25519PublicKey.from_public_bytes(_bytes(jwk, "x"))
    return ed25519.Ed25519PrivateKey.from_private_bytes(_bytes(jwk, "d"))


# Signatures ---------------------------------------------------------------------------------------------------------


def verify(key: Any, algorithm: str, message: bytes, signature: bytes) -> bool:
    """Does the signature fit? A key of another kind than the algorithm's fits nothing."""
    family, bits = algorithm[:2], algorithm[2:]
    if family == "HS":
        return isinstance(key, bytes) and hmac.compare_digest(signature, mac(key, bits, message))
    key = _public(key)
    try:
        if algorithm == "EdDSA":
            return isinstance(key, ed25519.Ed25519PublicKey) and _passes(key.verify, signature, message)
        if family == "ES":
            return isinstance(key, ec.EllipticCurvePublicKey) and _verify_ecdsa(key, bits, message, signature)
        if family not in ("RS", "PS") or not isinstance(key, rsa.RSAPublicKey):
            return False
        scheme = padding.PKCS1v15() if family == "RS" else _pss(bits, padding.PSS.AUTO)
        return _passes(key.verify, signature, message, scheme, _HASHES[bits])
    except ValueError:
        return False


def _public(key: Any) -> Any:
    private = isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey)
    return key.public_key() if private else key


def _passes(verify: Any, *arguments: Any) -> bool:
    try:
        verify(*arguments)
    except InvalidSignature:
        return False
    return True


def _verify_ecdsa(key: ec.EllipticCurvePublicKey, bits: str, message: bytes, signature: bytes) -> bool:
    half = len(signature) // 2
    r, s = int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big")
    return _passes(key.verify, utils.encode_dss_signature(r, s), message, ec.ECDSA(_HASHES[bits]))


def _pss(bits: str, salt: Any) -> padding.PSS:
    return padding.PSS(padding.MGF1(_HASHES[bits]), salt)


def mac(key: bytes, bits: str, message: bytes) -> bytes:
    """HMAC with SHA-2."""
    return hmac.new(key, message, getattr(hashlib, f"sha{bits}")).digest()


def sign(key: Any, algorithm: str, message: bytes) -> bytes:
    """The signature of a message. Raises BuiltinError for a key of the wrong kind."""
    family, bits = algorithm[:2], algorithm[2:]
    if family == "HS" and isinstance(key, bytes):
        return mac(key, bits, message)
    if algorithm == "EdDSA" and isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    if family == "ES" and isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(_HASHES[bits])))
        size = (key.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if family in ("RS", "PS") and isinstance(key, rsa.RSAPrivateKey):
        scheme = padding.PKCS1v15() if family == "RS" else _pss(bits, padding.PSS.DIGEST_LENGTH)
        return key.sign(message, scheme, _HASHES[bits])
    raise BuiltinError(f"failed to sign: key cannot be used with {algorithm}")
