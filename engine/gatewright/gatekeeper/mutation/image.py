"""Image references: taken apart into domain, path and tag, and the parts that AssignImage may set."""

from __future__ import annotations

import re
from typing import Final

from gatewright.errors import MutationError
from gatewright.gatekeeper._gotext import quote
from gatewright.records import record

_WORD: Final = "[0-9A-Za-z_]"
_DOMAIN: Final = re.compile(rf"({_WORD}[0-9A-Za-z_\-]*\.[0-9A-Za-z_\-.]*{_WORD}(:[0-9]+)?)|(localhost(:[0-9]+)?)")
_PATH: Final = re.compile(r"[a-z0-9]+(?:(?:(?:[._/]|__|[-]*)[a-z0-9]+)+)?")
_TAG: Final = re.compile(
    rf"(:{_WORD}[0-9A-Za-z_.\-]{{0,127}})"
    r"|(@[A-Za-z][A-Za-z0-9]*([\-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9A-Fa-f]{32,})"
)


@record(frozen=True, slots=True)
class Image:
    """The parts of a reference; `tag` keeps its `:` or `@`, parts that are absent are empty."""

    domain: str
    path: str
    tag: str

    def __str__(self) -> str:
        return f"{self.domain}/{self.path}{self.tag}" if self.domain else f"{self.path}{self.tag}"


def parse_image(reference: str) -> Image:
    domain, rest = _split_domain(reference)
    path, tag = _split_tag(rest)
    return Image(domain, path, tag)


def _split_domain(reference: str) -> tuple[str, str]:
    first, slash, rest = reference.partition("/")
    if not slash or not ("." in first or ":" in first or first == "localhost"):
        return "", reference
    return first, rest


def _split_tag(rest: str) -> tuple[str, str]:
    found = re.search("[:@]", rest)
    return (rest, "") if found is None else (rest[: found.start()], rest[found.start() :])


def mutate_image(reference: str, domain: str, path: str, tag: str) -> str:
    """The reference with the parts given in place of its own."""
    old = parse_image(reference)
    return str(Image(domain or old.domain, path or old.path, tag or old.tag))


def check_parts(domain: str, path: str, tag: str) -> None:
    """MutationError when the parts could not be told from one another again, which would never converge."""
    if not (domain or path or tag):
        raise MutationError("at least one of [assignDomain, assignPath, assignTag] must be set")
    if domain and not _DOMAIN.fullmatch(domain):
        raise MutationError(f"assignDomain {quote(domain)} must be a fully-qualified domain name or localhost")
    if path and not _PATH.fullmatch(path):
        raise MutationError(f"assignPath {quote(path)} must be a valid docker image path")
    if tag and not _TAG.fullmatch(tag):
        rule = "must be a valid docker image tag or digest starting with ':' or '@'"
        raise MutationError(f"assignTag {quote(tag)} {rule}")
    if not domain and _split_domain(path)[0]:
        rule = f"assignDomain must be set if the first part of assignPath {quote(path)}"
        raise MutationError(f"{rule} can be interpretted as part of a domain")
