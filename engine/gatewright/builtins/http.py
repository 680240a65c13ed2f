"""HTTP requests: refused unless the evaluation is allowed to reach the host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gatewright.builtins._operands import object_, text_bytes
from gatewright.builtins._url import UrlError, parse_url
from gatewright.builtins.registry import BuiltinError, OperandError, builtin
from gatewright.runtime import json
from gatewright.runtime.numbers import is_number
from gatewright.runtime.text import term_text
from gatewright.runtime.values import RegoSet, from_key

if TYPE_CHECKING:
    from http.client import HTTPResponse

    from gatewright.runtime.context import Context

_REQUIRED = ("method", "url")
_PARAMETERS = frozenset(
    {
        "body",
        "cache",
        "cache_ignored_headers",
        "caching_mode",
        "enable_redirect",
        "force_cache",
        "force_cache_duration_seconds",
        "force_json_decode",
        "force_yaml_decode",
        "headers",
        "max_retry_attempts",
        "method",
        "raise_error",
        "raw_body",
        "timeout",
        "tls_ca_cert",
        "tls_ca_cert_env_variable",
        "tls_ca_cert_file",
        "tls_client_cert",
        "tls_client_cert_env_variable",
        "tls_client_cert_file",
        "tls_client_key",
        "tls_client_key_env_variable",
        "tls_client_key_file",
        "tls_insecure_skip_verify",
        "tls_server_name",
        "tls_use_system_certs",
        "url",
    }
)
_DEFAULT_TIMEOUT_S = 5.0
_MAX_BODY = 64 << 20


def checked_request(request: dict[Any, Any]) -> None:
    """Raises OperandError for parameters that are unknown or missing."""
    invalid = RegoSet(from_key(name) for name in request if name not in _PARAMETERS)
    if len(invalid):
        raise OperandError(f"operand 1 invalid request parameters(s): {term_text(invalid)}")
    missing = RegoSet(name for name in _REQUIRED if name not in request)
    if len(missing):
        raise OperandError(f"operand 1 missing required request parameters(s): {term_text(missing)}")


@builtin(
    "http.send",
    "(request: object[string: any]) -> response: object[any: any]",
    context=True,
    nondeterministic=True,
)
def http_send(context: Context, request: Any) -> dict[str, Any]:
    """The response to a request, when the host is allowed: `http.send({"method": "get", "url": url}).status_code`."""
    parameters = object_(request, 1)
    place = ("http.send", term_text(parameters))
    if place not in context.cache:
        context.cache[place] = _answer(context, parameters)
    return context.cache[place]  # type: ignore[no-any-return]


def _answer(context: Context, parameters: dict[Any, Any]) -> dict[str, Any]:
    """The response, or with `raise_error: false` an answer of status 0 that says what went wrong."""
    raising = parameters.get("raise_error", True) is not False
    try:
        checked_request(parameters)
        for name in _REQUIRED:
            if parameters[name].__class__ is not str:
                raise BuiltinError(f'"{name}" must be a string')
        timeout = _timeout(parameters)
        _check_host(context, parameters["url"])
        return _exchanged(parameters, timeout)
    except BuiltinError as error:
        if raising:
            raise
        failure = {"message": _told(context, error), "code": "eval_http_send_internal_error"}
    except OSError as error:
        if raising:
            raise BuiltinError(str(error)) from None
        failure = {"message": str(error), "code": "eval_http_send_network_error"}
    return {"status_code": 0, "error": failure}


def _told(context: Context, error: BuiltinError) -> str:
    """A built-in's error as OPA's errors print."""
    place = context.location
    return f"{f'{place.file}:{place.row}: ' if place else ''}{error.code}: http.send: {error.message}"


def _check_host(context: Context, address: str) -> None:
    try:
        url = parse_url(address)
    except UrlError as error:
        raise BuiltinError(str(error)) from None
    host = url.host.partition(":")[0]
    allowed = context.allow_net
    if allowed is None or not (host in allowed or "*" in allowed):
        raise BuiltinError(f"disallowed host: {host}")


def _exchanged(parameters: dict[Any, Any], timeout: float) -> dict[str, Any]:
    from urllib.error import HTTPError
    from urllib.request import HTTPRedirectHandler, Request, build_opener

    class _NoRedirect(HTTPRedirectHandler):
        def redirect_request(self, *_arguments: Any) -> None:
            return None

    body = None
    if "raw_body" in parameters:
        body = text_bytes(parameters["raw_body"])
    elif "body" in parameters:
        body = json.dumps(parameters["body"]).encode()
    headers = {str(name): str(value) for name, value in parameters.get("headers", {}).items()}
    request = Request(parameters["url"], body, headers, method=parameters["method"].upper())
    opener = build_opener() if parameters.get("enable_redirect") is True else build_opener(_NoRedirect())
    try:
        with opener.open(request, timeout=timeout) as response:
            return _shown(response, parameters)
    except HTTPError as response:
        return _shown(response, parameters)


def _timeout(parameters: dict[Any, Any]) -> float:
    from gatewright.builtins._gotime import TimeError, parse_duration

    timeout = parameters.get("timeout")
    if is_number(timeout):
        return float(timeout) / 1e9 or _DEFAULT_TIMEOUT_S  # type: ignore[arg-type]
    if timeout.__class__ is str:
        try:
            return parse_duration(timeout) / 1e9
        except TimeError as error:
            raise BuiltinError(f"invalid timeout value {term_text(timeout)}: {error}") from None
    return _DEFAULT_TIMEOUT_S


def _shown(response: HTTPResponse | Any, parameters: dict[Any, Any]) -> dict[str, Any]:
    """The response as OPA gives it: headers in lower case, the body decoded where it says what it is."""
    headers: dict[str, list[str]] = {}
    for name, value in response.headers.items():
        headers.setdefault(name.lower(), []).append(value)
    raw = response.read(_MAX_BODY).decode("utf-8", "surrogateescape")
    return {
        "status": f"{response.status} {response.reason}",
        "status_code": response.status,
        "headers": headers,
        "raw_body": raw,
        "body": _decoded(raw, response.headers.get_content_type(), parameters),
    }


def _decoded(raw: str, kind: str, parameters: dict[Any, Any]) -> Any:
    if kind == "application/json" or parameters.get("force_json_decode") is True:
        try:
            return json.loads(raw)
        except json.JsonError:
            return None
    if kind in ("application/yaml", "application/x-yaml") or parameters.get("force_yaml_decode") is True:
        from gatewright.builtins._yaml_read import YamlError, load_yaml

        try:
            return load_yaml(raw)
        except YamlError:
            return None
    return None
