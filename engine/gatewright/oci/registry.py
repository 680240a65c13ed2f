"""A registry over HTTP: manifests and blobs of one repository, with the log-in that it asks for.

The requests, checks and words are those of oras (registry/remote): plain HTTP for this machine alone, credentials never
sent to where a redirect leads.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import socket
from collections.abc import Mapping
from urllib.error import HTTPError, URLError
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from gatewright.errors import ImageError
from gatewright.gatekeeper._gotext import quote, value_text
from gatewright.oci.challenge import Challenge, joined_scopes, parse_challenge, realm_fault
from gatewright.oci.content import MANIFESTS, MAX_MANIFEST, Descriptor, is_manifest
from gatewright.oci.credentials import NOBODY, Credential, DockerConfig
from gatewright.oci.reference import Reference, digest_fault
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from email.message import Message
    from http.client import HTTPMessage, HTTPResponse
    from typing import IO, Any, Final

_TIMEOUT_S: Final = 60.0
_MAX_ERROR: Final = 8 << 10
_MAX_TOKEN: Final = 128 << 10
_PORTS: Final = {"https": 443, "http": 80}
_CLIENT: Final = "oras-go"
_TOKEN_FIELDS: Final = ("access_token", "token")
_DIGEST_HEADER: Final = "Docker-Content-Digest"


@record(frozen=True, slots=True)
class _Answer:
    """A response, its body read as far as was allowed."""

    status: int
    reason: str
    headers: Message
    body: bytes
    method: str
    url: str

    @property
    def request(self) -> str:
        return f"{self.method} {quote(self.url)}"

    def failure(self) -> ImageError:
        """The error that a status other than 200 is, with what the registry says about it."""
        return ImageError(f"{self.request}: response status code {self.status}: {_told(self.body) or self.reason}")


class Registry:
    """One repository of a registry, logged in to when it asks for that."""

    def __init__(self, reference: Reference, config: DockerConfig) -> None:
        self._reference = reference
        self._config = config
        self._local = is_loopback(reference.registry)
        self._base = f"{'http' if self._local else 'https'}://{reference.host}/v2/{reference.repository}"
        self._opener = _opener(self._local)
        self._authorization = ""

    def root(self) -> tuple[Descriptor, bytes]:
        name = self._reference.name
        answer = self._get(f"{self._base}/manifests/{name}", ", ".join(MANIFESTS), MAX_MANIFEST + 1)
        if answer.status == 404:
            raise ImageError(f"{self._reference}: not found")
        if answer.status != 200:
            raise answer.failure()
        digest = answer.headers.get(_DIGEST_HEADER, "")
        if digest and (fault := digest_fault(digest)):
            raise ImageError(f"{answer.request}: invalid response header value: `{_DIGEST_HEADER}: {digest}`; {fault}")
        digest = digest or f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
        if ":" in name and digest != name:
            raise ImageError(
                f"{answer.request}: invalid response; digest mismatch in {_DIGEST_HEADER}: "
                f"received {quote(digest)} when expecting {quote(name)}"
            )
        return Descriptor(_media_type(answer), digest, len(answer.body), {}), answer.body

    def fetch(self, wanted: Descriptor) -> bytes:
        if fault := digest_fault(wanted.digest):  # it becomes a part of an address
            raise ImageError(f"failed to validate {wanted.digest}: {fault}")
        manifest = is_manifest(wanted)
        url = f"{self._base}/{'manifests' if manifest else 'blobs'}/{wanted.digest}"
        answer = self._get(url, wanted.media_type if manifest else "", wanted.size + 1)
        if answer.status == 404:
            raise ImageError(f"{wanted.digest}: not found")
        if answer.status != 200:
            raise answer.failure()
        if manifest and (kind := _media_type(answer)) != wanted.media_type:
            what = f"mismatch response Content-Type {quote(kind)}: expect {quote(wanted.media_type)}"
            raise ImageError(f"{answer.request}: {what}")
        length = answer.headers.get("Content-Length")
        if length is not None and length != str(wanted.size):
            raise ImageError(f"{answer.request}: mismatch Content-Length")
        digest = answer.headers.get(_DIGEST_HEADER, wanted.digest)
        if digest != wanted.digest:
            raise ImageError(
                f"{answer.request}: invalid response; digest mismatch in {_DIGEST_HEADER}: "
                f"received {quote(digest)} when expecting {quote(wanted.digest)}"
            )
        return answer.body

    def _get(self, url: str, accept: str, limit: int) -> _Answer:
        """The answer to a request; asked for a log-in, the answer after that."""
        headers = {"Accept": accept} if accept else {}
        if self._authorization:
            headers["Authorization"] = self._authorization
        answer = self._send(Request(url, headers=headers), limit)
        challenge = parse_challenge(answer.headers.get("Www-Authenticate", "")) if answer.status == 401 else None
        if challenge is None or not _same_origin(url, answer.url):
            return answer
        try:
            self._authorization = self._authorized(challenge, url)
        except ImageError as error:
            raise ImageError(f"{answer.request}: {error.message}") from error
        headers["Authorization"] = self._authorization
        return self._send(Request(url, headers=headers), limit)

    def _send(self, request: Request, limit: int) -> _Answer:
        method = request.get_method()
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as response:
                return _answer(response, method, limit)
        except HTTPError as response:
            with response:
                return _answer(response, method, _MAX_ERROR)
        except (OSError, ValueError) as error:
            fault = _network_fault(error, request.full_url)
            raise ImageError(f"{method.capitalize()} {quote(request.full_url)}: {fault}") from error

    def _authorized(self, challenge: Challenge, url: str) -> str:
        """The header that a challenge asks for."""
        host = self._reference.host
        if challenge.scheme == "basic":
            return _basic_authorization(self._config, host)
        credential = self._config.credential(host)
        realm = challenge.parameters.get("realm", "")
        if fault := realm_fault(realm, url):
            raise ImageError(fault)
        return f"Bearer {credential.access_token or self._token(challenge, realm, credential)}"

    def _token(self, challenge: Challenge, realm: str, credential: Credential) -> str:
        """A token of the service that a challenge names, as the distribution's specification describes."""
        service = challenge.parameters.get("service", "")
        asked = challenge.parameters.get("scope", "")
        scopes = joined_scopes([f"repository:{self._reference.repository}:pull", *asked.split()])
        if credential.refresh_token:
            form = {"client_id": _CLIENT, "grant_type": "refresh_token", "refresh_token": credential.refresh_token}
            form |= {"scope": " ".join(scopes), "service": service}
            request = Request(realm, urlencode(form).encode())
        else:
            headers = {"Authorization": _basic(credential)} if credential.username or credential.password else {}
            request = Request(_with_query(realm, service, scopes), headers=headers)
        return _token_of(self._send(request, _MAX_TOKEN), ("access_token",) if request.data else _TOKEN_FIELDS)


def is_loopback(registry: str) -> bool:
    """Whether a registry is on this machine, where plain HTTP is what registries speak."""
    host = urlsplit(f"//{registry}").hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Redirects(HTTPRedirectHandler):
    """Follows redirects, but takes no credentials elsewhere and never leaves HTTPS."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> Request | None:
        if urlsplit(req.full_url).scheme == "https" and urlsplit(newurl).scheme != "https":
            raise URLError(f"a redirect from https to {newurl}")
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None and not _same_origin(req.full_url, newurl):
            following.remove_header("Authorization")
        return following


def _opener(local: bool) -> OpenerDirector:
    """Proxies are those of the environment, and none to this machine."""
    return build_opener(_Redirects(), ProxyHandler({})) if local else build_opener(_Redirects())


def _same_origin(one: str, other: str) -> bool:
    return _origin(one) == _origin(other)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme)


def _answer(response: HTTPResponse | HTTPError, method: str, limit: int) -> _Answer:
    body = response.read(limit)
    return _Answer(response.status or 0, response.reason, response.headers, body, method, response.url)


def _media_type(answer: _Answer) -> str:
    header = answer.headers.get("Content-Type")
    if not header:
        raise ImageError(f"{answer.request}: invalid response `Content-Type` header; mime: no media type")
    return answer.headers.get_content_type()


def _told(body: bytes) -> str:
    """What a registry says of its errors: `code: message: detail`, several of them separated."""
    try:
        errors = json.loads(body)["errors"]
        return "; ".join(map(_error_text, errors))
    except (ValueError, TypeError, KeyError, AttributeError):
        return ""


def _error_text(error: Mapping[str, Any]) -> str:
    code = str(error.get("code", "")).replace("_", " ").lower()
    message, detail = error.get("message"), error.get("detail")
    if not message:
        return code
    return f"{code}: {message}" if detail is None else f"{code}: {message}: {value_text(detail)}"


def _network_fault(error: OSError | ValueError, url: str) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    parts = urlsplit(url)
    host = parts.hostname or ""
    if isinstance(reason, socket.gaierror):
        return f"dial tcp: lookup {host}: no such host"
    if isinstance(reason, ConnectionRefusedError):
        address = "127.0.0.1" if host == "localhost" else f"[{host}]" if ":" in host else host
        return f"dial tcp {address}:{parts.port or _PORTS[parts.scheme]}: connect: connection refused"
    if isinstance(reason, OSError):
        return (reason.strerror or str(reason)).lower()
    return str(reason)


def _basic(credential: Credential) -> str:
    from base64 import b64encode

    return f"Basic {b64encode(f'{credential.username}:{credential.password}'.encode()).decode()}"


def _basic_authorization(config: DockerConfig, host: str) -> str:
    try:
        credential = config.credential(host)
    except ImageError as error:
        raise ImageError(f"failed to resolve credential: {error.message}") from error
    if credential == NOBODY:
        raise ImageError("basic credential not found")
    if not credential.username or not credential.password:
        raise ImageError("missing username or password for basic auth")
    return _basic(credential)


def _with_query(realm: str, service: str, scopes: list[str]) -> str:
    """The address of a token: what the realm's own query says, in the order of names, as Go writes it."""
    parts = urlsplit(realm)
    query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if not service or pair[0] != "service"]
    query += [("service", service)] if service else []
    query += [("scope", scope) for scope in scopes]
    return urlunsplit(parts._replace(query=urlencode(sorted(query, key=lambda pair: pair[0]))))


def _token_of(answer: _Answer, fields: tuple[str, ...]) -> str:
    if answer.status != 200:
        raise answer.failure()
    try:
        found = json.loads(answer.body)
        token = next(filter(None, map(found.get, fields)), None)
    except (ValueError, AttributeError) as error:
        raise ImageError(f"{answer.request}: failed to decode response: {error}") from error
    if not isinstance(token, str) or not token:
        raise ImageError(f"{answer.request}: empty token returned")
    return token
