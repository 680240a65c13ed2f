"""JSON Web Tokens: decoding and verifying."""

from __future__ import annotations

import hmac

from gatewright.builtins import _jose
from gatewright.builtins._jwk import Key
from gatewright.builtins._operands import bytes_text, object_, string, text_bytes
from gatewright.builtins.encoding import decode_base64url
from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.records import field, record
from gatewright.runtime import json
from gatewright.runtime.numbers import is_number
from gatewright.runtime.values import compare, from_key, sorted_keys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatewright.runtime.context import Context


@record(frozen=True, slots=True)
class _Token:
    """The three parts of a token, as they stand."""

    header: str
    payload: str
    signature: str

    @property
    def signed(self) -> bytes:
        return text_bytes(f"{self.header}.{self.payload}")

    def decoded_header(self) -> dict[str, Any]:
        try:
            text = bytes_text(decode_base64url(self.header))
        except BuiltinError as error:
            raise BuiltinError(f"JWT header had invalid encoding: {error.message}") from None
        try:
            header = _json_object(text)
        except BuiltinError as error:
            raise BuiltinError(f"bad JWT header: {error.message}") from None
        if "enc" in header:
            raise BuiltinError("JWT is a JWE object, which is not supported")
        return header

    def payload_text(self) -> str:
        try:
            return bytes_text(decode_base64url(self.payload))
        except BuiltinError as error:
            raise BuiltinError(f"JWT payload had invalid encoding: {error.message}") from None


def _split(jwt: Any) -> _Token:
    text = string(jwt, 1)
    if "." not in text:
        raise BuiltinError("encoded JWT had no period separators")
    parts = text.split(".")
    if len(parts) != 3:
        raise BuiltinError(f"encoded JWT must have 3 sections, found {len(parts)}")
    return _Token(*parts)


def _json_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except json.JsonError as error:
        raise BuiltinError(f"invalid JSON: {error}") from None
    if not isinstance(value, dict):
        raise BuiltinError("decoded JSON type was not an Object")
    return value


@builtin("io.jwt.decode", "(jwt: string) -> output: array<object[any: any], object[any: any], string>")
def io_jwt_decode(jwt: Any) -> list[Any]:
    """Header, payload and signature (in hex) of a token, not verified: `io.jwt.decode(token)[1].sub`."""
    while True:
        token = _split(jwt)
        header = token.decoded_header()
        payload = token.payload_text()
        if header.get("cty") != "JWT":
            break
        jwt = payload.strip("\"'")
    claims = _json_object(payload)
    try:
        signature = decode_base64url(token.signature)
    except BuiltinError as error:
        raise BuiltinError(f"JWT signature had invalid encoding: {error.message}") from None
    return [header, claims, signature.hex()]


# Signatures ---------------------------------------------------------------------------------------------------------


@record(slots=True)
class _Header:
    """The parameters of a header that mean something here."""

    alg: str = ""
    kid: str = ""
    typ: str = ""
    cty: str = ""
    crit: frozenset[str] = frozenset()
    unknown: list[str] = field(default_factory=list)

    def valid(self) -> bool:
        return bool(self.alg) and not any(name in self.crit for name in self.unknown)


def _parsed_header(parameters: dict[str, Any]) -> _Header:
    header = _Header()
    for name in sorted(parameters):
        value = parameters[name]
        if name in ("alg", "kid", "typ", "cty"):
            if value.__class__ is not str:
                raise BuiltinError(f"{name}: must be a string")
            setattr(header, name, value)
        elif name == "crit":
            header.crit = _critical(value)
        else:
            header.unknown.append(name)
    return header


def _critical(value: Any) -> frozenset[str]:
    if value.__class__ is not list:
        raise BuiltinError("crit: must be a list")
    names = []
    for item in value:
        if item.__class__ is not str:
            break
        names.append(item)
    if not names:
        raise BuiltinError("crit: must be a nonempty list")
    return frozenset(names)


def _verify(jwt: Any, certificate: Any, algorithm: str) -> bool:
    """Is the token signed by the key with the same id, or else by any of the keys?"""
    token = _split(jwt)
    keys = _jose.verification_keys(string(certificate, 2))
    signature = decode_base64url(token.signature)
    header = _parsed_header(token.decoded_header())
    named = _key_by_id(keys, header.kid)
    if named is not None:
        return _jose.verify(named.key, algorithm, token.signed, signature)
    return any(
        _jose.verify(key.key, algorithm, token.signed, signature)
        for key in keys
        if not key.alg or key.alg == header.alg
    )


def _key_by_id(keys: tuple[Key, ...], kid: str) -> Key | None:
    return next((key for key in keys if key.kid == kid), None) if kid else None


def _verify_secret(jwt: Any, secret: Any, bits: str) -> bool:
    string(jwt, 1)
    key = text_bytes(string(secret, 2))
    token = _split(jwt)
    signature = decode_base64url(token.signature)
    return hmac.compare_digest(signature, _jose.mac(key, bits, token.signed))


@builtin("io.jwt.verify_rs256", "(jwt: string, certificate: string) -> result: boolean")
def io_jwt_verify_rs256(jwt: Any, certificate: Any) -> bool:
    """Is the token's RSA signature good? `io.jwt.verify_rs256(token, certificate) == true`."""
    return _verify(jwt, certificate, "RS256")


@builtin("io.jwt.verify_rs384", "(jwt: string, certificate: string) -> result: boolean")
def io_jwt_verify_rs384(jwt: Any, certificate: Any) -> bool:
    """Is the token's RSA signature good? `io.jwt.verify_rs384(token, certificate) == true`."""
    return _verify(jwt, certificate, "RS384")


@builtin("io.jwt.verify_rs512", "(jwt: string, certificate: string) -> result: boolean")
def io_jwt_verify_rs512(jwt: Any, certificate: Any) -> bool:
    """Is the token's RSA signature good? `io.jwt.verify_rs512(token, certificate) == true`."""
    return _verify(jwt, certificate, "RS512")


@builtin("io.jwt.verify_ps256", "(jwt: string, certificate: string) -> result: boolean")
def io_jwt_verify_ps256(jwt: Any, certificate: Any) -> bool:
    """Is the token's RSA-PSS signature good? `io.jwt.verify_ps256(token, certificate) == true`."""
    return _verify(jwt, certificate, "PS256")


@builtin("io.jwt.verify_ps384", "(jwt: string, certificate: string) -> result: boolean")
def io_jwt_verify_ps384(jwt: Any, certificate: Any) -> bool:
    """Is the token's RSA-PSS signature good? `io.jwt.verify_ps384(token, certificate) == true`."""
    return _verify(jwt, certificate, "PS384")


@builtin("io.jwt.verify_ps512", "(jwt: string, certificate: string) -> result: boolean")
def io_jwt_verify_ps512(jwt: Any, certificate: Any) -> bool:
    """Is the token's RSA-PSS signature good? `io.jwt.verify_ps512(token, certificate) == true`."""
    return _verify(jwt, certificate, "PS512")


@builtin("io.jwt.verify_es256", "(jwt: string, certificate: string) -> result: boolean")
def io_jwt_verify_es256(jwt: Any, certificate: Any) -> bool:
    """Is the token's ECDSA signature good? `io.jwt.verify_es256(token, certificate) == true`."""
    return _verify(jwt, certificate, "ES256")


@builtin("io.jwt.verify_es384", "(jwt: string, certificate: string) -> result: boolean")
def io_jwt_verify_es384(jwt: Any, certificate: Any) -> bool:
    """Is the token's ECDSA signature good? `io.jwt.verify_es384(token, certificate) == true`."""
    return _verify(jwt, certificate, "ES384")


@builtin("io.jwt.verify_es512", "(jwt: string, certificate: string) -> result: boolean")
def io_jwt_verify_es512(jwt: Any, certificate: Any) -> bool:
    """Is the token's ECDSA signature good? `io.jwt.verify_es512(token, certificate) == true`."""
    return _verify(jwt, certificate, "ES512")


@builtin("io.jwt.verify_eddsa", "(jwt: string, certificate: string) -> result: boolean")
def io_jwt_verify_eddsa(jwt: Any, certificate: Any) -> bool:
    """Is the token's Ed25519 signature good? `io.jwt.verify_eddsa(token, certificate) == true`."""
    return _verify(jwt, certificate, "EdDSA")


@builtin("io.jwt.verify_hs256", "(jwt: string, secret: string) -> result: boolean")
def io_jwt_verify_hs256(jwt: Any, secret: Any) -> bool:
    """Is the token's HMAC good? `io.jwt.verify_hs256(token, "secret") == true`."""
    return _verify_secret(jwt, secret, "256")


@builtin("io.jwt.verify_hs384", "(jwt: string, secret: string) -> result: boolean")
def io_jwt_verify_hs384(jwt: Any, secret: Any) -> bool:
    """Is the token's HMAC good? `io.jwt.verify_hs384(token, "secret") == true`."""
    return _verify_secret(jwt, secret, "384")


@builtin("io.jwt.verify_hs512", "(jwt: string, secret: string) -> result: boolean")
def io_jwt_verify_hs512(jwt: Any, secret: Any) -> bool:
    """Is the token's HMAC good? `io.jwt.verify_hs512(token, "secret") == true`."""
    return _verify_secret(jwt, secret, "512")


# Full verification --------------------------------------------------------------------------------------------------


@record(slots=True)
class _Constraints:
    """What a token must meet; empty means any. `time` is in nanoseconds."""

    keys: tuple[Key, ...] | None = None
    secret: str = ""
    alg: str = ""
    iss: str = ""
    aud: str = ""
    time: float = -1.0

    def verifies(self, header: _Header, token: _Token, signature: bytes) -> bool:
        if self.keys is None:
            return _jose.verify(text_bytes(self.secret), header.alg, token.signed, signature)
        named = _key_by_id(self.keys, header.kid)
        if named is not None:
            return _jose.verify(named.key, header.alg, token.signed, signature)
        return any(
            _jose.verify(key.key, header.alg, token.signed, signature)
            for key in self.keys
            if not key.alg or key.alg == header.alg
        )


def _parsed_constraints(constraints: dict[Any, Any], now_ns: int) -> _Constraints:
    result = _Constraints()
    for key in sorted_keys(constraints):
        name, value = from_key(key), constraints[key]
        if name == "time":
            result.time = _time(value)
        elif name == "cert":
            if value.__class__ is not str:
                raise BuiltinError("cert constraint: must be a string")
            result.keys = _jose.verification_keys(value)
        elif name in ("secret", "alg", "iss", "aud"):
            if value.__class__ is not str:
                raise BuiltinError(f"{name} constraint: must be a string")
            setattr(result, name, value)
        else:
            raise BuiltinError(f"unknown token validation constraint: {name}")
    if result.time == -1:
        result.time = float(now_ns)
    if result.keys is not None and result.secret:
        raise BuiltinError("duplicate key constraints")
    if result.keys is None and not result.secret:
        raise BuiltinError("no key constraint")
    return result


def _time(value: Any) -> float:
    if not is_number(value):
        raise BuiltinError("token time constraint: must be a number")
    if value < 0:
        raise BuiltinError("token time constraint: must not be negative")
    return float(value)


_UNVERIFIED: list[Any] = [False, {}, {}]


@builtin(
    "io.jwt.decode_verify",
    "(jwt: string, constraints: object[string: any]) -> output: array<boolean, object[any: any], object[any: any]>",
    context=True,
    nondeterministic=True,
)
def io_jwt_decode_verify(context: Context, jwt: Any, constraints: Any) -> list[Any]:
    """Whether a token meets all constraints, and if so its header and payload:
    `io.jwt.decode_verify(token, {"secret": "s", "alg": "HS256"})[0] == true`."""
    required = _parsed_constraints(object_(constraints, 2), context.now_ns)
    while True:
        token = _split(jwt)
        parameters = token.decoded_header()
        header = _parsed_header(parameters)
        if not header.valid() or (required.alg and required.alg != header.alg):
            return _UNVERIFIED
        if not required.verifies(header, token, decode_base64url(token.signature)):
            return _UNVERIFIED
        payload = token.payload_text()
        if header.cty.lower() != "jwt":
            break
        jwt = payload
    claims = _json_object(payload)
    return [True, parameters, claims] if _claims_hold(claims, required) else _UNVERIFIED


def _claims_hold(claims: dict[str, Any], required: _Constraints) -> bool:
    """Issuer, audience, expiry and start of validity."""
    if required.iss and claims.get("iss") != required.iss:
        return False
    if "aud" in claims:
        audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        if not any(name.__class__ is str and name == required.aud for name in audience):
            return False
    elif required.aud:
        return False
    now = required.time / 1e9
    for claim in ("exp", "nbf"):
        if claim in claims and not is_number(claims[claim]):
            if claim == "nbf" and "exp" in claims and compare(now, claims["exp"]) >= 0:
                return False
            raise BuiltinError(f"{claim} value must be a number")
    if "exp" in claims and compare(now, claims["exp"]) >= 0:
        return False
    return "nbf" not in claims or compare(now, claims["nbf"]) >= 0
