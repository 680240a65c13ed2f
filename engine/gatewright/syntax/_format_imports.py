"""Which imports a module needs when it is formatted for a range of dialects, and their order."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Protocol

from gatewright.records import record
from gatewright.syntax._cursor import Span, make_span
from gatewright.syntax._order import compare
from gatewright.syntax._tokens import FUTURE_V1
from gatewright.syntax.nodes import Import, Ref, String, Term, Var

DEFAULT_FILE = "__format_default__"


@record(frozen=True, slots=True)
class Target:
    """The dialects the text must parse as: the oldest and the newest."""

    oldest: str
    newest: str

    @classmethod
    def of(cls, name: str) -> Target:
        """From "v1" or, for a range, "v0v1"."""
        return cls(name[:2], name[-2:])


class Needs(Protocol):
    imported: list[str]
    needed: set[str]


def _names(statement: Import) -> tuple[str, ...]:
    assert isinstance(statement.path.value, Ref)
    names = []
    for term in statement.path.value.terms:
        value = term.value
        names.append(value.name if isinstance(value, Var) else str(getattr(value, "value", "")))
    return tuple(names)


def is_future_keyword(statement: Import) -> bool:
    """`import future.keywords.x`, without an alias."""
    names = _names(statement)
    return not statement.alias and len(names) == 3 and names[:2] == ("future", "keywords")


def _is_future(statement: Import) -> bool:
    return _names(statement)[0] == "future"


def _is_rego(statement: Import, version: str) -> bool:
    return _names(statement) == ("rego", version)


def arranged_imports(imports: tuple[Import, ...], target: Target, needs: Needs, drop: bool) -> list[Import]:
    """The imports to write: directives added and removed as the target demands."""
    found = list(imports)
    if target.oldest == "v2":
        if drop:
            found = [i for i in found if not (_is_rego(i, "v1") or _is_rego(i, "v2") or _is_future(i))]
        return found
    if target.newest == "v2":
        _ensure(found, ("rego", "v2"))
        return [i for i in found if not (_is_rego(i, "v1") or _is_future(i))]
    v2_imported = any(_is_rego(i, "v2") for i in found)
    if v2_imported or (target.oldest == "v1" and drop):
        found = [i for i in found if not _is_rego(i, "v1")]
    elif target.oldest != target.newest:
        _ensure(found, ("rego", "v1"))
    v1_imported = v2_imported or any(_is_rego(i, "v1") for i in found)
    if target.newest != "v1" and not v1_imported:
        for keyword in sorted(needs.needed):
            _ensure_keyword(found, keyword)
        return found
    if drop or v1_imported:
        found = [i for i in found if not _is_future(i)]
    else:
        for keyword in needs.imported:
            _ensure_keyword(found, keyword)
    if not v2_imported:
        for keyword in sorted(needs.needed & FUTURE_V1):
            _ensure_keyword(found, keyword)
    return found


def _ensure(imports: list[Import], names: tuple[str, ...]) -> None:
    if not any(_names(i) == names for i in imports):
        imports.append(_added(imports, names))


def _ensure_keyword(imports: list[Import], keyword: str) -> None:
    wanted = {("future", "keywords"), ("future", "keywords", keyword)}
    if keyword == "in":
        # Importing `every` imports `in` too.
        wanted.add(("future", "keywords", "every"))
    if not any(_names(i) in wanted for i in imports):
        imports.append(_added(imports, ("future", "keywords", keyword)))


def _added(imports: list[Import], names: tuple[str, ...]) -> Import:
    """An import no one wrote, placed below the directives there are."""
    rows = [i.location.row for i in imports if _is_future(i) or _is_rego(i, "v1")]
    row = max(rows) + 1 if rows else 1
    text = "import " + ".".join(names)
    place: Span = make_span(DEFAULT_FILE, row, 1, 0, len(text), text)
    terms = (Term(Var(names[0]), place), *(Term(String(name), place) for name in names[1:]))
    return Import(Term(Ref(terms), place), "", place)


def sorted_imports(imports: list[Import]) -> list[Import]:
    return sorted(imports, key=cmp_to_key(_compare))


def _compare(a: Import, b: Import) -> int:
    return compare(a.path.value, b.path.value) or (a.alias > b.alias) - (a.alias < b.alias)
