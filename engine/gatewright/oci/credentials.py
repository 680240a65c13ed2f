"""Docker's configuration file, in which `docker login` and others keep how to log in to registries."""

from __future__ import annotations

import base64
import binascii
import json
import os
import subprocess
from collections.abc import Mapping

from gatewright.errors import ImageError
from gatewright.oci.reference import HUB_HOST
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

# The name under which credentials for the hub are kept, for reasons of history.
_HUB_KEY: Final = "https://index.docker.io/v1/"

# What a helper answers as the name of the user when the secret is a token.
_TOKEN_USER: Final = "<token>"
_NOT_FOUND: Final = "credentials not found in native keychain"


@record(frozen=True, slots=True)
class Credential:
    """How to log in: a name and password, or a token to be exchanged, or one to be sent as it is."""

    username: str = ""
    password: str = ""
    refresh_token: str = ""
    access_token: str = ""


NOBODY: Final = Credential()


@record(frozen=True, slots=True)
class DockerConfig:
    """The parts of the file that matter here: logins by host, and programs that know more of them."""

    auths: Mapping[str, Any]
    helpers: Mapping[str, Any]
    store: str

    def credential(self, host: str) -> Credential:
        """The login for a host; NOBODY when there is none."""
        key = _HUB_KEY if host == HUB_HOST else host
        helper = str(self.helpers.get(key) or self.store)
        if helper:
            return _asked(helper, key)
        found = self.auths.get(key)
        if found is None:
            found = next((auth for name, auth in self.auths.items() if _host_of(name) == key), None)
        return NOBODY if found is None else _credential(found)


def docker_config() -> DockerConfig:
    """The file in `$DOCKER_CONFIG`, or in `~/.docker`; an empty one when it does not exist."""
    directory = os.environ.get("DOCKER_CONFIG") or os.path.join(os.path.expanduser("~"), ".docker")
    path = os.path.join(directory, "config.json")
    try:
        with open(path, "rb") as file:
            text = file.read()
    except FileNotFoundError:
        text = b""
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ImageError(f"new auth client: failed to open config file at {path}: open {path}: {reason}") from error
    return _read(text, path)


def _read(text: bytes, path: str) -> DockerConfig:
    try:
        content = json.loads(text) if text.strip() else {}
    except ValueError as error:
        raise _unreadable(path, str(error)) from error
    if not isinstance(content, dict):
        raise _unreadable(path, "not an object")
    auths, helpers = content.get("auths") or {}, content.get("credHelpers") or {}
    store = content.get("credsStore") or ""
    if not isinstance(auths, dict) or not isinstance(helpers, dict) or not isinstance(store, str):
        raise _unreadable(path, "auths and credHelpers must be objects, credsStore a string")
    return DockerConfig(auths, helpers, store)


def _unreadable(path: str, why: str) -> ImageError:
    return ImageError(f"new auth client: failed to decode config file {path}: invalid config format: {why}")


def _credential(auth: Any) -> Credential:
    if not isinstance(auth, dict):
        raise ImageError("failed to unmarshal auth field: invalid config format: not an object")
    username, password = str(auth.get("username") or ""), str(auth.get("password") or "")
    if auth.get("auth"):
        username, password = _decoded(str(auth["auth"]))
    tokens = (str(auth.get("identitytoken") or ""), str(auth.get("registrytoken") or ""))
    return Credential(username, password, *tokens)


def _decoded(auth: str) -> tuple[str, str]:
    try:
        text = base64.b64decode(auth, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ImageError(f"failed to decode auth field: invalid config format: {error}") from error
    username, colon, password = text.partition(":")
    if not colon:
        raise ImageError("failed to decode auth field: invalid config format: not base64(username:password)")
    return username, password


def _host_of(name: str) -> str:
    """The host of a name under which a login is kept: old files hold URLs."""
    return name.removeprefix("http://").removeprefix("https://").partition("/")[0]


def _asked(helper: str, key: str) -> Credential:
    """What the program `docker-credential-NAME` knows of a host."""
    program = f"docker-credential-{helper}"
    if os.path.basename(program) != program:
        raise ImageError(f"{program}: not the name of a credential helper")
    try:
        done = subprocess.run([program, "get"], input=key.encode(), stdout=subprocess.PIPE, check=False)
    except FileNotFoundError as error:
        raise ImageError(f'exec: "{program}": executable file not found in $PATH') from error
    except OSError as error:
        raise ImageError(f'exec: "{program}": {(error.strerror or str(error)).lower()}') from error
    answer = done.stdout.decode("utf-8", "replace").strip()
    if done.returncode:
        if answer == _NOT_FOUND:
            return NOBODY
        raise ImageError(answer or f"exit status {done.returncode}")
    try:
        found = json.loads(answer)
        username, secret = str(found.get("Username", "")), str(found.get("Secret", ""))
    except (ValueError, AttributeError) as error:
        raise ImageError(f"{program}: its answer is no JSON object") from error
    return Credential(refresh_token=secret) if username == _TOKEN_USER else Credential(username, secret)
