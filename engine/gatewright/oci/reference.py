"""References to images: `HOST/REPOSITORY`, then a tag, a digest, both (the digest counts) or nothing (`latest`)."""

from __future__ import annotations

import re

from gatewright.errors import ImageError
from gatewright.gatekeeper._gotext import quote
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_PART: Final = r"[a-z0-9]+(?:(?:[._]|__|-*)[a-z0-9]+)*"
_REPOSITORY: Final = re.compile(rf"{_PART}(?:/{_PART})*")
_TAG: Final = re.compile(r"\w[\w.-]{0,127}", re.ASCII)
_HOST: Final = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[\w.~!$&'()*+,;=-]+)(?::\d*)?", re.ASCII)
_DIGEST: Final = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")

# How many hexadecimal digits the digests have that Go's library knows.
_LENGTHS: Final = {"sha256": 64, "sha384": 96, "sha512": 128}

# Where the registry that images without a host mean is in fact.
_HUB: Final = "docker.io"
HUB_HOST: Final = "registry-1.docker.io"


@record(frozen=True, slots=True)
class Reference:
    """Where an image is: `name` is a tag or a digest."""

    registry: str
    repository: str
    name: str = ""

    @property
    def host(self) -> str:
        return HUB_HOST if self.registry == _HUB else self.registry

    def __str__(self) -> str:
        return f"{self.registry}/{self.repository}{'@' if ':' in self.name else ':'}{self.name}"


def parse_reference(text: str) -> Reference:
    """The reference that a text is, its parts checked as oras' registry.ParseReference checks them."""
    registry, slash, path = text.partition("/")
    if not slash:
        raise ImageError("invalid reference: missing registry or repository")
    repository, at, name = path.partition("@")
    if at:
        repository = repository.partition(":")[0]
    else:
        repository, _, name = path.partition(":")
    if not _HOST.fullmatch(registry):
        raise ImageError(f"invalid reference: invalid registry {quote(registry)}")
    if not _REPOSITORY.fullmatch(repository):
        raise ImageError(f"invalid reference: invalid repository {quote(repository)}")
    if not name:
        return Reference(registry, repository, "latest")
    if at and (fault := digest_fault(name)):
        raise ImageError(f"invalid reference: invalid digest {quote(name)}: {fault}")
    if not at and not _TAG.fullmatch(name):
        raise ImageError(f"invalid reference: invalid tag {quote(name)}")
    return Reference(registry, repository, name)


def digest_fault(digest: str) -> str:
    """What is wrong with a digest, in the words of Go's library; nothing when it is one."""
    algorithm, _, value = digest.partition(":")
    if not _DIGEST.fullmatch(digest):
        return "invalid checksum digest format"
    if algorithm not in _LENGTHS:
        return "unsupported digest algorithm"
    if len(value) != _LENGTHS[algorithm]:
        return "invalid checksum digest length"
    return "" if re.fullmatch("[a-f0-9]+", value) else "invalid checksum digest format"
