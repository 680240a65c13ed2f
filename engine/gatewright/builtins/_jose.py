"""JSON Web Keys and signatures: keys from PEM, certificates and JWK sets; signing and verifying by algorithm."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

from gatewright.builtins import _pem
from gatewright.builtins._jwk import SIGNATURES, JwkError, Key, Primeless, parse_keys
from gatewright.builtins._operands import text_bytes
from gatewright.builtins.registry import BuiltinError

ALGORITHMS: Final = SIGNATURES
_HASHES: Final = {"256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512()}

# Keys ---------------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=100)
def verification_keys(text: str) -> tuple[Key, ...]:
    """The public keys of a PEM certificate or key, or of a JWK or JWK set. Raises BuiltinError."""
    block, rest = _pem.decode(text_bytes(text))
    if block is None:
        return _jwk_keys(text)
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


def _jwk_keys(text: str) -> tuple[Key, ...]:
    try:
        keys = parse_keys(text)
    except JwkError as error:
        raise BuiltinError(
            f"failed to parse a JWK key (set): jwk.ParseString: failed to parse string: {error}"
        ) from None
    usable = tuple(key for key in keys if not key.alg or key.alg in ALGORITHMS)
    for key in usable:
        if isinstance(key.key, Primeless):
            raise BuiltinError(key.key.complaint)
    return usable


def signing_key(text: str) -> Any:
    """The first key of a JWK or JWK set. Raises BuiltinError."""
    try:
        keys = parse_keys(text)
    except JwkError as error:
        raise BuiltinError(str(error)) from None
    if not keys:
        raise BuiltinError("no keys found in JWK set")
    return keys[0].key


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
    if family == "HS" and (secret := _bytes_of(key)) is not None:
        return mac(secret, bits, message)
    if algorithm == "EdDSA" and isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    if family == "ES" and isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = utils.decode_dss_signature(key.sign(message, ec.ECDSA(_HASHES[bits])))
        size = (key.curve.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if family in ("RS", "PS") and isinstance(key, rsa.RSAPrivateKey):
        scheme = padding.PKCS1v15() if family == "RS" else _pss(bits, padding.PSS.DIGEST_LENGTH)
        return key.sign(message, scheme, _HASHES[bits])
    raise BuiltinError(_unfit(key, family))


def _bytes_of(key: Any) -> bytes | None:
    """A key for MACs. Edwards keys are bytes to Go, and so good for one."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.private_bytes_raw() + key.public_key().public_bytes_raw()
    if isinstance(key, ed25519.Ed25519PublicKey):
        return key.public_bytes_raw()
    return key if isinstance(key, bytes) else None


# What the library calls the keys it has read, and those that an algorithm needs.
_NAMES: Final[tuple[tuple[Any, str], ...]] = (
    (bytes, "symmetricKey"),
    ((rsa.RSAPrivateKey, Primeless), "rsaPrivateKey"),
    (rsa.RSAPublicKey, "rsaPublicKey"),
    (ec.EllipticCurvePrivateKey, "ecdsaPrivateKey"),
    (ec.EllipticCurvePublicKey, "ecdsaPublicKey"),
    (ed25519.Ed25519PrivateKey, "okpPrivateKey"),
    (ed25519.Ed25519PublicKey, "okpPublicKey"),
)
_NEEDED: Final = {
    "HS": ("[]byte", "keyconv: failed to produce []byte"),
    "ES": ("*ecdsa.PrivateKey", "keyconv: failed to produce ecdsa.PrivateKey"),
    "Ed": ("ed25519.PrivateKey", "failed to produce ed25519.PrivateKey"),
    "RS": ("*rsa.PrivateKey", "failed to produce rsa.PrivateKey"),
    "PS": ("*rsa.PrivateKey", "failed to produce rsa.PrivateKey"),
}


def _unfit(key: Any, family: str) -> str:
    """Why a key cannot sign, in the words of OPA's library."""
    name = next(name for kinds, name in _NAMES if isinstance(key, kinds))
    needed, failure = _NEEDED[family]
    reason = f"jwk.Export: no suitable exporter found for key type '*jwk.{name}'"
    if isinstance(key, Primeless) and family in ("RS", "PS"):
        reason = key.complaint
    elif name.startswith("okp"):
        kind, given = name.removeprefix("okp"), needed.removeprefix("*")
        reason = (
            "jwk.Export: failed to assign key: argument to AssignIfCompatible() must be compatible with "
            f"ed25519.{kind} (was *{given})"
        )
    return f"jwsbb.Sign: invalid key type *jwk.{name}. {needed} is required: {failure} from *jwk.{name}: {reason}"
