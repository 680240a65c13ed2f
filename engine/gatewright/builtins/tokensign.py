"""JSON Web Tokens: signing."""

from __future__ import annotations

import base64
from typing import Any

from gatewright.builtins import _jose
from gatewright.builtins._operands import string, text_bytes
from gatewright.builtins.registry import BuiltinError, builtin
from gatewright.runtime import json
from gatewright.runtime.values import type_name


@builtin(
    "io.jwt.encode_sign",
    "(headers: object[string: any], payload: object[string: any], key: object[string: any]) -> output: string",
    nondeterministic=True,
)
def io_jwt_encode_sign(headers: Any, payload: Any, key: Any) -> str:
    """A signed token: `io.jwt.encode_sign({"alg": "HS256"}, {}, {"kty": "oct", "k": "c2VjcmV0"})`."""
    return _signed(json.dumps(headers), json.dumps(payload), json.dumps(key))


@builtin(
    "io.jwt.encode_sign_raw",
    "(headers: string, payload: string, key: string) -> output: string",
    nondeterministic=True,
)
def io_jwt_encode_sign_raw(headers: Any, payload: Any, key: Any) -> str:
    """A signed token of JSON texts, kept as they are: `io.jwt.encode_sign_raw(header, payload, jwk)`."""
    jwk = string(key, 3)
    return _signed(string(headers, 1), string(payload, 2), jwk)


def _signed(headers: str, payload: str, jwk: str) -> str:
    key = _jose.signing_key(jwk)
    algorithm = _parameter(headers, "alg")
    if algorithm not in _jose.ALGORITHMS:
        raise BuiltinError(f"unknown JWS algorithm: {algorithm}")
    if _is_jwt(headers) and not json.is_valid(payload):
        raise BuiltinError("type is JWT but payload is not JSON")
    signed = f"{_encoded(text_bytes(headers))}.{_encoded(text_bytes(payload))}"
    return f"{signed}.{_encoded(_jose.sign(key, algorithm, signed.encode()))}"


def _is_jwt(headers: str) -> bool:
    """A token says so, or says nothing."""
    try:
        return _parameter(headers, "typ") == "JWT"
    except BuiltinError:
        return True


def _parameter(headers: str, name: str) -> str:
    try:
        if not headers.strip():
            raise json.JsonError('cannot parse empty string; unparsed tail: ""')
        # What looks like a number passes as one in the parser OPA uses here, and then has no parameters.
        parameters = json.loads(headers) if headers.strip("+-.eE0123456789") else 0
    except json.JsonError as error:
        raise BuiltinError(f"missing or invalid '{name}' header: cannot parse JSON: {error}") from None
    value = parameters.get(name) if isinstance(parameters, dict) else None
    if value is None:
        raise BuiltinError(f"missing or invalid '{name}' header: jwsbb: header \"{name}\" not found")
    if value.__class__ is not str:
        raise BuiltinError(
            f"missing or invalid '{name}' header: value doesn't contain string; it contains {type_name(value)}"
        )
    return value


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
