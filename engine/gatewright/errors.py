"""Everything gatewright raises, in one tree; each error knows what, where and OPA's code.

GatewrightError
├── UsageError               a flag, path or combination that makes no sense
├── RegoError                one thing wrong with Rego text, or with its evaluation; `.code` is OPA's
│   ├── RegoSyntaxError      rego_parse_error
│   ├── RegoAnalysisError    rego_compile_error, rego_type_error, rego_unsafe_var_error, rego_recursion_error
│   └── RegoEvaluationError  eval_conflict_error, eval_builtin_error, eval_type_error, …
│       └── LimitError       eval_cancel_error: deadline, memory or depth bound reached
├── RegoErrors               several RegoErrors of one stage, in OPA's order
├── CelError                 a CEL expression that does not parse, check or evaluate
├── ManifestError            a file or YAML/JSON document that cannot be read
├── LoadErrors               the files of a query or test that cannot be loaded, together
├── TemplateError            a ConstraintTemplate Gatekeeper refuses; `.stage` is convert, crd or add
├── ConstraintError          a constraint Gatekeeper refuses; `.kind` is ErrSchema, ErrInvalidConstraint, …
├── MatchError               match criteria that cannot be decided (becomes an autoreject violation)
├── ReviewError              an object that cannot be reviewed
├── MutationError            a mutator that is invalid, conflicts, or fails on an object
├── ProviderError            an external data provider that is unknown or does not answer
├── ExpansionError           an ExpansionTemplate that is invalid, cyclic, or fails on an object
├── ImageError               an OCI image that cannot be pulled, read or unpacked
├── SuiteError               a test suite that cannot be run
└── ExportError              a rule that cannot run in a cluster
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from gatewright.source import Location


class GatewrightError(Exception):
    """Root of the tree. `str(error)` is one line; `hint` and `excerpt` are for whoever renders it."""

    code: str = ""

    def __init__(
        self, message: str, location: Location | None = None, *, hint: str = "", excerpt: str = "", code: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.location = location
        self.hint = hint
        self.excerpt = excerpt
        if code:
            self.code = code

    def __str__(self) -> str:
        where = f"{self.location}: " if self.location else ""
        what = f"{self.code}: " if self.code else ""
        return f"{where}{what}{self.message}"


class UsageError(GatewrightError):
    """A flag, a path or a combination of them that makes no sense."""


class RegoError(GatewrightError):
    """One fault in Rego text or in its evaluation. `details` are the extra lines OPA prints; `hint_location` is the
    other place that the hint is about, which it names as row:column."""

    def __init__(
        self,
        message: str,
        location: Location | None = None,
        *,
        details: Sequence[str] = (),
        hint: str = "",
        hint_location: Location | None = None,
        excerpt: str = "",
        code: str = "",
    ) -> None:
        super().__init__(message, location, hint=hint, excerpt=excerpt, code=code)
        self.details = tuple(details)
        self.hint_location = hint_location

    def moved(self, move: Callable[[Location], Location]) -> Self:
        """The same error where its text stands inside of another file."""
        hint, about = self.hint, self.hint_location
        if about is not None:
            where = move(about)
            hint = hint.replace(f"{about.row}:{about.col}", f"{where.row}:{where.col}" if where.col else f"{where.row}")
            about = where
        return type(self)(
            self.message,
            move(self.location) if self.location is not None else None,
            details=self.details,
            hint=hint,
            hint_location=about,
            excerpt=self.excerpt,
            code=self.code,
        )


class RegoSyntaxError(RegoError):
    code = "rego_parse_error"


class RegoAnalysisError(RegoError):
    code = "rego_compile_error"


class RegoEvaluationError(RegoError):
    code = "eval_internal_error"


class LimitError(RegoEvaluationError):
    """A deadline, memory or depth bound stopped the evaluation."""

    code = "eval_cancel_error"


class RegoErrors(GatewrightError):  # noqa: N818 - it is several
    """The errors of one stage together, as OPA reports them. `.errors` is never empty; `.code` is the first's."""

    def __init__(self, errors: Sequence[RegoError]) -> None:
        first = errors[0]
        super().__init__(first.message, first.location, hint=first.hint, excerpt=first.excerpt, code=first.code)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        if len(self.errors) == 1:
            return f"1 error occurred: {self.errors[0]}"
        lines = "\n".join(str(e) for e in self.errors)
        return f"{len(self.errors)} errors occurred:\n{lines}"


class CelError(GatewrightError):
    """A CEL expression that does not parse, check or evaluate; the message is cel-go's where it is observable."""


class ManifestError(GatewrightError):
    """A file that cannot be read, or one document of it that is not YAML or JSON.

    `go_words` is all that Go's YAML says of a document, the line counted within it, where that is known."""

    go_words = ""


class LoadErrors(GatewrightError):  # noqa: N818 - it is several
    """Files that cannot be loaded, together. `.errors` is never empty."""

    def __init__(self, errors: Sequence[ManifestError]) -> None:
        first = errors[0]
        super().__init__(first.message, first.location, hint=first.hint, excerpt=first.excerpt)
        self.errors = tuple(errors)

    def __str__(self) -> str:
        return "\n".join(map(str, self.errors))


class TemplateError(GatewrightError):
    """A ConstraintTemplate that Gatekeeper refuses; `stage` is where: convert, crd or add."""

    def __init__(self, message: str, location: Location | None = None, *, stage: str = "add", hint: str = "") -> None:
        super().__init__(message, location, hint=hint)
        self.stage = stage


class ConstraintError(GatewrightError):
    """A constraint that Gatekeeper refuses; `kind` is its error class (ErrSchema, ErrInvalidConstraint, …) or ''."""

    def __init__(self, message: str, location: Location | None = None, *, kind: str = "", hint: str = "") -> None:
        super().__init__(message, location, hint=hint)
        self.kind = kind


class MatchError(GatewrightError):
    """Match criteria that cannot be decided for an object."""


class ReviewError(GatewrightError):
    """An object that cannot be reviewed."""


class MutationError(GatewrightError):
    """A mutator that is invalid, conflicts with another, or fails on an object."""


class ProviderError(GatewrightError):
    """An external data provider that does not answer; `unknown` when nobody has told of one of that name."""

    def __init__(self, message: str, location: Location | None = None, *, unknown: bool = False) -> None:
        super().__init__(message, location)
        self.unknown = unknown


class ExpansionError(GatewrightError):
    """An ExpansionTemplate that is invalid, forms a cycle, or fails on an object."""


class ImageError(GatewrightError):
    """An OCI image that cannot be pulled, read or unpacked."""


class SuiteError(GatewrightError):
    """A test suite that cannot be run."""


class ExportError(GatewrightError):
    """A rule that cannot be exported, with the reason."""
