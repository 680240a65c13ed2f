"""Requests to AWS, signed with Signature Version 4."""

from __future__ import annotations

import hashlib
import hmac

from gatewright.builtins import _gotime as gotime
from gatewright.builtins._operands import number, object_, text_bytes
from gatewright.builtins._url import UrlError, escaped_path, parse_url
from gatewright.builtins.http import checked_request
from gatewright.builtins.registry import BuiltinError, OperandError, builtin, operand_error
from gatewright.runtime import json
from gatewright.runtime.numbers import machine_int
from gatewright.runtime.text import term_text
from gatewright.runtime.values import RegoSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_REQUIRED = ("aws_access_key", "aws_region", "aws_secret_access_key", "aws_service")
_UNSIGNED_HEADERS = frozenset({"authorization", "user-agent", "x-amzn-trace-id"})
_HASH_HEADER = "x-amz-content-sha256"


@builtin(
    "providers.aws.sign_req",
    "(request: object[string: any], aws_config: object[string: any], time_ns: number) -> signed_request: "
    "object[any: any]",
)
def providers_aws_sign_req(request: Any, aws_config: Any, time_ns: Any) -> dict[Any, Any]:
    """The request with headers that sign it at that time:
    `providers.aws.sign_req({"method": "get", "url": "https://a.example"}, config, time.now_ns()).headers`."""
    source, config = object_(request, 1), object_(aws_config, 1)
    _check_config(config)
    moment = machine_int(number(time_ns, 1))
    if moment is None:
        raise OperandError("operand 3 could not convert time_ns value into a unix timestamp")
    checked_request(source)
    headers = source.get("headers", {})
    if headers.__class__ is not dict:
        raise operand_error(0, headers, "object")
    invalid = RegoSet(name for name in ("method", "url") if source[name].__class__ is not str)
    if len(invalid):
        raise OperandError(f"operand 1 invalid values for required request parameters(s): {term_text(invalid)}")
    unsigned = config.get("disable_payload_signing", False)
    if unsigned.__class__ is not bool:
        raise OperandError("operand 2 invalid value for 'disable_payload_signing' in AWS config")
    given = {_string(name): _string(value) for name, value in headers.items()}
    return {**source, "headers": given | _signed(source, given, config, moment, unsigned)}


def _check_config(config: dict[Any, Any]) -> None:
    missing = RegoSet(name for name in _REQUIRED if name not in config)
    if len(missing):
        raise OperandError(f"operand 2 missing required AWS config parameters(s): {term_text(missing)}")
    invalid = RegoSet(name for name in _REQUIRED if config[name].__class__ is not str)
    if len(invalid):
        raise OperandError(f"operand 2 invalid values for required AWS config parameters(s): {term_text(invalid)}")


def _string(value: Any) -> str:
    return value if value.__class__ is str else ""


def _signed(
    request: dict[Any, Any], headers: dict[str, str], config: dict[Any, Any], moment: int, unsigned: bool
) -> dict[str, str]:
    """The headers to add."""
    try:
        url = parse_url(request["url"])
    except UrlError as error:
        raise BuiltinError(str(error)) from None
    now = gotime.civil(moment, gotime.UTC_ZONE)
    day, stamp = gotime.format_time(now, "20060102"), gotime.format_time(now, "20060102T150405Z")
    service = config["aws_service"]
    digest = "UNSIGNED-PAYLOAD" if unsigned else hashlib.sha256(_body(request)).hexdigest()
    added = {"host": url.host, "x-amz-date": stamp}
    if service in ("s3", "glacier"):
        added[_HASH_HEADER] = digest
    if _string(config.get("aws_session_token")):
        added["x-amz-security-token"] = config["aws_session_token"]
    signed = dict(added)
    for name in sorted(headers):
        if name.lower() not in _UNSIGNED_HEADERS:
            signed[name.lower()] = headers[name]
    names = ";".join(sorted(signed))
    listed = "".join([f"{name}:{signed[name]}\n" for name in sorted(signed)])
    canonical = f"{request['method']}\n{escaped_path(url)}\n{url.raw_query}\n{listed}\n{names}\n{digest}"
    scope = f"{day}/{config['aws_region']}/{service}/aws4_request"
    message = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(text_bytes(canonical)).hexdigest()}"
    key = text_bytes("AWS4" + config["aws_secret_access_key"])
    for part in scope.split("/"):
        key = _mac(key, part)
    credential = f"{config['aws_access_key']}/{scope}"
    signature = _mac(key, message).hex()
    return added | {
        "Authorization": f"AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={names},Signature={signature}"
    }


def _mac(key: bytes, message: str) -> bytes:
    return hmac.new(key, text_bytes(message), hashlib.sha256).digest()


def _body(request: dict[Any, Any]) -> bytes:
    if "raw_body" in request:
        return text_bytes(_string(request["raw_body"]))
    return text_bytes(json.dumps(request["body"])) if "body" in request else b""
