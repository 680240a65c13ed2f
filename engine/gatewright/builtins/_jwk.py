"""JSON Web Keys and sets of them, read and refused as OPA's library for them (lestrrat-go/jwx) does."""

from __future__ import annotations

import base64
import re
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gatewright.builtins._operands import text_bytes
from gatewright.records import record
from gatewright.runtime import json
from gatewright.runtime.text import go_quote
from gatewright.runtime.values import type_name

SIGNATURES: Final = frozenset(
    [f"{family}{bits}" for family in ("RS", "PS", "ES", "HS") for bits in (256, 384, 512)] + ["EdDSA"]
)
_ENCRYPTIONS: Final = frozenset(
    ["dir", "none", "ES256K", "RSA1_5", "RSA-OAEP", "RSA-OAEP-256", "RSA-OAEP-384", "RSA-OAEP-512", "ECDH-ES"]
    + [f"A{bits}{wrap}" for bits in (128, 192, 256) for wrap in ("KW", "GCMKW")]
    + [f"ECDH-ES+A{bits}KW" for bits in (128, 192, 256)]
    + [f"PBES2-HS{2 * bits}+A{bits}KW" for bits in (128, 192, 256)]
)
_CURVES: Final = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
_EDWARDS: Final = frozenset(["Ed25519", "Ed448", "X25519", "X448"])
_PUBLIC_SIZE: Final = 32
_BASE64: Final = re.compile(r"[A-Za-z0-9_-]*\Z")


class JwkError(ValueError):
    """What is not a key, in the library's words."""


@record(frozen=True, slots=True)
class Key:
    """A key to verify or sign with; `alg` and `kid` are what a JWK says of itself, else empty."""

    key: Any
    alg: str = ""
    kid: str = ""


@record(frozen=True, slots=True)
class Primeless:
    """A private RSA key without one of its primes, which the library reads and then cannot use."""

    missing: str

    @property
    def complaint(self) -> str:
        return f'jwk.Export: failed to export jwk.Key to raw format: missing "{self.missing}" value'


@record(frozen=True, slots=True)
class _Family:
    """A kind of key: its name in messages (less Public or Private), its members of bytes, those that it needs."""

    name: str
    octets: tuple[str, ...]
    required: tuple[str, ...]
    private: str = "d"

    def class_name(self, jwk: dict[Any, Any]) -> str:
        if self.name == "symmetric":
            return "symmetricKey"
        return f"{self.name}{'Private' if self.private in jwk else 'Public'}Key"


_FAMILIES: Final = {
    "RSA": _Family("rsa", ("n", "e", "d", "p", "q", "dp", "dq", "qi"), ("e", "n")),
    "EC": _Family("ecdsa", ("x", "y", "d"), ("crv", "x", "y")),
    "OKP": _Family("okp", ("x", "d"), ("crv", "x")),
    "oct": _Family("symmetric", ("k",), ("k",)),
}


def parse_keys(text: str) -> list[Key]:
    """The keys of a JWK or of a set. Raises JwkError."""
    try:
        document = json.loads(text)
    except json.JsonError as error:
        raise JwkError(
            "jwk.Parse: failed to parse sole key: jwk.ParseKey: jwk.Parse: failed to probe data: probe: "
            f"failed to unmarshal data: {error}"
        ) from None
    if not (isinstance(document, dict) and "keys" in document):
        return [_entry(document, "jwk.Parse: failed to parse sole key: ")]
    entries = document["keys"]
    if not isinstance(entries, list):
        got = json.dumps(entries)
        raise JwkError(f"jwk.Parse: failed to unmarshal JWK set: failed to decode \"keys\": expected '[' but got {got}")
    where = 'jwk.Parse: failed to unmarshal JWK set: failed to decode key #{} in "keys": '
    return [_entry(entry, where.format(i)) for i, entry in enumerate(entries)]


def _entry(jwk: Any, where: str) -> Key:
    try:
        family = _family(jwk)
        _check_members(jwk, family)
        key = _MAKERS[jwk["kty"]](jwk)
    except JwkError as error:
        raise JwkError(f"{where}jwk.ParseKey: {error}") from None
    return Key(key, jwk.get("alg") or "", jwk.get("kid") or "")


def _family(jwk: Any) -> _Family:
    probe = "jwk.Parse: failed to probe data: probe: failed to unmarshal data: json: cannot unmarshal"
    if jwk is None:
        raise JwkError("invalid key type from JSON ()")
    if not isinstance(jwk, dict):
        fields = '{ D json.RawMessage "json:\\"d,omitempty\\""; Kty string "json:\\"kty\\"" }'
        raise JwkError(f"{probe} {_go_kind(jwk)} into Go value of type struct {fields}")
    kind = jwk.get("kty") or ""
    if kind.__class__ is not str:
        raise JwkError(f"{probe} {_go_kind(kind)} into Go struct field .kty of type string")
    if kind not in _FAMILIES:
        raise JwkError(f"invalid key type from JSON ({kind})")
    return _FAMILIES[kind]


def _go_kind(value: Any) -> str:
    """What encoding/json calls a value that does not fit."""
    return {"boolean": "bool"}.get(type_name(value), type_name(value))


def _check_members(jwk: dict[Any, Any], family: _Family) -> None:
    name = f"(*jwk.{family.class_name(jwk)})"
    refused = f"failed to unmarshal JSON into key {name}: failed to unmarshal JSON into key {name}: "
    for member, value in jwk.items():
        if fault := _fault(member, value, family):
            raise JwkError(f"{refused}failed to decode value for key {member}: {fault}")
    for member in family.required:
        if member not in jwk:
            raise JwkError(f"{refused}required field {member} is missing")


def _fault(member: str, value: Any, family: _Family) -> str:
    """What is wrong with a member's value."""
    wrong = "" if value is None or value.__class__ is str else f"json: cannot unmarshal {_go_kind(value)} into Go value"
    if member == "alg":
        if wrong:
            return f"{wrong} of type string"
        known = value in SIGNATURES or value in _ENCRYPTIONS
        return "" if known else f"invalid key value: {go_quote(value or '')}: invalid key algorithm"
    if member == "crv" and "crv" in family.required:
        if wrong:
            return f"failed to unmarshal EllipticCurveAlgorithm: {wrong} of type string"
        known = value in _CURVES or value in _EDWARDS
        return "" if known else f"unknown EllipticCurveAlgorithm: {go_quote(value or '')}"
    if member in ("kid", "use") or member in family.octets:
        if wrong:
            return f"error reading next value: {wrong} of type string"
        if member in family.octets and value is not None and _decoded(value) is None:
            return "expected base64 encoded []byte (string)"
    return ""


def _decoded(text: str) -> bytes | None:
    """Base64 in either alphabet, with or without padding; None when it is not."""
    plain = text.rstrip("=").replace("+", "-").replace("/", "_")
    if len(plain) % 4 == 1 or not _BASE64.match(plain):
        return None
    return base64.urlsafe_b64decode(text_bytes(plain + "=" * (-len(plain) % 4)))


def _octets(jwk: dict[Any, Any], member: str) -> bytes:
    return _decoded(jwk.get(member) or "") or b""


def _integer(jwk: dict[Any, Any], member: str) -> int:
    return int.from_bytes(_octets(jwk, member), "big")


def _invalid(what: str) -> JwkError:
    return JwkError(f"jwk.Parse: key validation failed: key validation failed: jwk.{what}")


def _symmetric_key(jwk: dict[Any, Any]) -> bytes:
    key = _octets(jwk, "k")
    if not key:
        raise _invalid('SymmetricKey: missing "k" field')
    return key


def _rsa_key(jwk: dict[Any, Any]) -> Any:
    kind = "RSAPrivateKey" if "d" in jwk else "RSAPublicKey"
    for member in ("n", "e"):
        if not _integer(jwk, member):
            raise _invalid(f'{kind}: missing "{member}" value')
    numbers = rsa.RSAPublicNumbers(_integer(jwk, "e"), _integer(jwk, "n"))
    try:
        if "d" not in jwk:
            return numbers.public_key()
        missing = next((prime for prime in ("q", "p") if prime not in jwk), None)
        if missing is not None:
            return Primeless(missing)
        d, p, q = (_integer(jwk, member) for member in ("d", "p", "q"))
        parts = rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q)
        return rsa.RSAPrivateNumbers(p, q, d, *parts, numbers).private_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise _invalid(f"{kind}: {error}") from None


def _ec_key(jwk: dict[Any, Any]) -> Any:
    kind = "ECDSAPrivateKey" if "d" in jwk else "ECDSAPublicKey"
    curve = _CURVES.get(jwk["crv"])
    if curve is None:
        raise _invalid(f"{kind}: invalid curve algorithm {jwk['crv']}")
    for member in ("x", "y"):
        size = len(_octets(jwk, member))
        if size != (curve.key_size + 7) // 8:
            raise _invalid(f'{kind}: invalid "{member}" length ({size}) for curve "{jwk["crv"]}"')
    numbers = ec.EllipticCurvePublicNumbers(_integer(jwk, "x"), _integer(jwk, "y"), curve)
    try:
        if "d" not in jwk:
            return numbers.public_key()
        return ec.EllipticCurvePrivateNumbers(_integer(jwk, "d"), numbers).private_key()
    except ValueError as error:
        raise _invalid(f"{kind}: {error}") from None


def _okp_key(jwk: dict[Any, Any]) -> Any:
    kind = "OKPPrivateKey" if "d" in jwk else "OKPPublicKey"
    x, curve = _octets(jwk, "x"), jwk["crv"]
    if not x:
        raise _invalid(f'{kind}: missing "x" field')
    if curve in ("Ed25519", "X25519") and len(x) != _PUBLIC_SIZE:
        raise _invalid(f"{kind}: {curve.lower()}: wrong public key size")
    if curve != "Ed25519":
        raise _invalid(f"{kind}: invalid curve algorithm {curve}")
    try:
        if "d" in jwk:
            return ed25519.Ed25519PrivateKey.from_private_bytes(_octets(jwk, "d"))
        return ed25519.Ed25519PublicKey.from_public_bytes(x)
    except ValueError as error:
        raise _invalid(f"{kind}: {error}") from None


_MAKERS: Final = {"RSA": _rsa_key, "EC": _ec_key, "OKP": _okp_key, "oct": _symmetric_key}
