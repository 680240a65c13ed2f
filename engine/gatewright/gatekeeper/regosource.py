"""A template's Rego texts, as its source gives them; nothing is parsed here."""

from __future__ import annotations

from gatewright.errors import RegoError, RegoErrors, TemplateError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._gotext import type_text, value_text
from gatewright.gatekeeper.template import REGO, Template
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

ENTRYPOINT: Final = "data.template.violation"
# What the texts of a template are called in the cache of compiled policies; goes up when the rules for them change.
MODULES: Final = "gatekeeper-template-1"


@record(frozen=True, slots=True)
class RegoSource:
    """The Rego texts of a template. `version` is v1 only when the template says exactly that."""

    rego: str
    libs: tuple[str, ...]
    version: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The template's own text, and those of its libraries."""
        return (self.rego, *self.libs)

    @property
    def dialect(self) -> str:
        return "v1" if self.version == "v1" else "v0"


def read_source(template: Template) -> RegoSource:
    """The template's Rego source; TemplateError when it has the wrong shape."""
    code = template.code_for(REGO)
    if code is None:
        raise TemplateError("could not extract Rego from the constraint template")
    if not isinstance(code.source, dict):
        raise TemplateError("could not recognize the type")
    try:
        rego, found = kube.nested_string(code.source, "rego")
    except kube.AccessError as error:
        raise TemplateError(f"{error.message}: while extracting Rego source") from error
    if not found:
        raise TemplateError("rego source missing required field: rego")
    try:
        version, _ = kube.nested_string(code.source, "version")
    except kube.AccessError as error:
        raise TemplateError(f"{error.message}: while extracting Rego version") from error
    return RegoSource(rego, _libs(code.source), version)


def _libs(source: dict[str, Any]) -> tuple[str, ...]:
    try:
        libs, _ = kube.nested_list(source, "libs")
    except kube.AccessError as error:
        raise TemplateError(f"{error.message}: while extracting Rego libs") from error
    for lib in libs or ():
        if not isinstance(lib, str):
            what = f"{value_text(lib)} is of the type {type_text(lib)}, expected string"
            message = f".libs accessor error: contains non-string key in the slice: {what}"
            raise TemplateError(f"{message}: while extracting Rego libs")
    return tuple(libs or ())


def rego_error_text(error: RegoError | RegoErrors) -> str:
    """Errors as OPA prints them together, details included."""
    if isinstance(error, RegoError):
        return _one_error(error)
    texts = [_one_error(e) for e in error.errors]
    if len(texts) == 1:
        # An empty module is reported bare.
        return texts[0] if error.errors[0].message == "empty module" else f"1 error occurred: {texts[0]}"
    joined = "\n".join(texts)
    return f"{len(texts)} errors occurred:\n{joined}"


def _one_error(error: RegoError) -> str:
    place = error.location
    text = str(error)
    if place is not None and not place.row:
        # OPA prints the row even where there is none.
        text = f"{place.file}:0: {error.code}: {error.message}"
    return "\n".join([text, *(f"\t{line}" for line in error.details)])
