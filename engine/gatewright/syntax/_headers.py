"""The parser's part for what heads a module: its package, its imports, and what these change of the language."""

from __future__ import annotations

from gatewright.source import Location
from gatewright.syntax._literals import LiteralParser
from gatewright.syntax._terms import VALUE_NAMES
from gatewright.syntax._tokens import (
    FUTURE,
    FUTURE_V0,
    FUTURE_V1,
    IDENT,
    VERSION_KEYWORDS,
    WHITESPACE,
)
from gatewright.syntax.nodes import (
    Import,
    Package,
    Ref,
    String,
    Term,
    Var,
)
from gatewright.syntax.text import node_text

_ROOTS = ("data", "input")


class HeaderParser(LiteralParser):
    # Which imports of `rego.v1` and `rego.v2`, and of single keywords, are allowed.
    rego_imports: frozenset[str] = frozenset(("v1", "v2"))
    future_allowed: frozenset[str] = FUTURE

    def _path_ahead(self) -> bool:
        """Passes the statement's keyword; false when it is the start of a ref."""
        self.step()
        if self.kind in (".", "["):
            return False
        if self.kind == WHITESPACE:
            self.scan()
        if self.kind == IDENT:
            return True
        if self.kind in self.ref_tokens:
            self.kind = IDENT
            return True
        self.illegal()
        return False

    def package(self) -> Package | None:
        """package = "package" ref"""
        place = self.here()
        if not self._path_ahead():
            return None
        term = self.term()
        path: tuple[Term, ...] | None = None
        if term is not None:
            value = term.value
            if isinstance(value, Var):
                path = (Term(Var("data"), term.location), Term(String(value.name), term.location))
            elif isinstance(value, Ref):
                path = self._package_path(value)
            else:
                self.illegal()
            if path is None:
                return None
        if path is None:
            if not self.faults:
                self.error(None, "expected path")
            return None
        return Package(Ref(path), place)

    def _package_path(self, ref: Ref) -> tuple[Term, ...] | None:
        head = ref.terms[0]
        if not isinstance(head.value, Var):
            self.error(head.location, f"unexpected {VALUE_NAMES[type(head.value)]} token: expecting var")
            return None
        if not self._only_strings(ref):
            return None
        first = Term(String(head.value.name), head.location)
        return (Term(Var("data"), head.location), first, *ref.terms[1:])

    def _only_strings(self, ref: Ref) -> bool:
        for term in ref.terms[1:]:
            if not isinstance(term.value, String):
                self.error(term.location, f"unexpected {VALUE_NAMES[type(term.value)]} token: expecting string")
                return False
        return True

    def import_(self) -> Import | None:
        """import = "import" ref [ "as" var ]"""
        place = self.here()
        if not self._path_ahead():
            return None
        # The path is read as if no future keyword were on, and so is the token after it.
        before = self.mark()
        cache, self.cache, self.tense = self.cache, None, "present"
        term = self.term()
        self.cache, self.tense = cache, ""
        path: Term | None = None
        if term is not None:
            value = term.value
            if isinstance(value, Var):
                path = Term(Ref((term,)), term.location)
            elif isinstance(value, Ref):
                if not all(isinstance(t.value, String) for t in value.terms[1:]):
                    # OPA forgets what else was wrong with the path.
                    self.back(before)
                    self._only_strings(value)
                    return None
                path = term
        if path is None:
            self.error(None, "expected path")
            return None
        assert isinstance(path.value, Ref)
        if not self._known_root(path):
            return None
        if self.kind == "as":
            return self._alias(path, place)
        self._check_import_end(path.value)
        return Import(path, "", place)

    def _known_root(self, path: Term) -> bool:
        assert isinstance(path.value, Ref)
        root = path.value.terms[0]
        if isinstance(root.value, Var) and root.value.name in (*_ROOTS, "future", "rego"):
            return True
        self.hint("if this is unexpected, try updating OPA")
        self.error(
            path.location,
            "unexpected import path, must begin with one of: {data, future, input, rego}, got: " + node_text(root),
        )
        return False

    def _alias(self, path: Term, place: Location) -> Import | None:
        self.scan()
        if self.kind != IDENT:
            self.illegal("expected var")
            return None
        alias = self.term()
        if alias is not None:
            value = alias.value
            if isinstance(value, Var):
                return Import(path, value.name, place, alias.location)
            if isinstance(value, Ref) and len(value.terms) == 1 and node_text(value) in _ROOTS:
                self.error(
                    alias.location,
                    f"unexpected import alias, must not be a reserved name, got: {node_text(value)}",
                )
                return None
        self.illegal("expected var")
        return None

    def _check_import_end(self, path: Ref) -> None:
        last = path.terms[-1]
        root = path.terms[0].value
        if len(path.terms) > 1 and isinstance(root, Var) and root.name == "future":
            return
        name = last.value.name if isinstance(last.value, Var) else getattr(last.value, "value", "")
        if name in VERSION_KEYWORDS[self.version]:
            self.hint("import a different path or use an alias")
            self.error(last.location, f"unexpected import path, must not end with a keyword, got: {name}")

    def heed(self, statement: Import) -> None:
        """Turns on what `import rego.v1` and `import future.keywords` turn on."""
        assert isinstance(statement.path.value, Ref)
        path = statement.path.value
        root = path.terms[0].value
        if root == Var("rego"):
            self._rego_import(statement, path)
        elif root == Var("future"):
            self._future_import(statement, path)
        else:
            return
        self.reclassify()

    def _rego_import(self, statement: Import, path: Ref) -> None:
        version = path.terms[1].value.value if len(path.terms) == 2 else None  # type: ignore[union-attr]
        if version not in ("v1", "v2"):
            self.error(
                statement.path.location,
                f"invalid import `{node_text(path)}`, must be one of: `rego.v1`, `rego.v2`",
            )
            return
        if version not in self.rego_imports:
            self.error(
                statement.path.location,
                f"invalid import, `rego.{version}` is not supported by current capabilities",
            )
            return
        if statement.alias:
            self.error(statement.alias_location, "`rego` imports cannot be aliased")
            return
        if version == self.version:
            return
        self.add_keywords(FUTURE_V0)
        if version == "v2":
            self.add_keywords(FUTURE_V1)
            self.not_bodies = True

    def _future_import(self, statement: Import, path: Ref) -> None:
        terms = path.terms
        if len(terms) == 1 or terms[1].value != String("keywords"):
            self.error(statement.path.location, "invalid import, must be `future.keywords`")
            return
        if statement.alias:
            self.error(statement.alias_location, "`future` imports cannot be aliased")
            return
        names = self.future_allowed
        if len(terms) == 3:
            name = terms[2].value.value  # type: ignore[union-attr]
            if name not in names:
                known = " ".join(sorted(names))
                self.error(statement.path.location, f"unexpected keyword, must be one of [{known}]")
                return
            names = frozenset((name,))
        if "not" in names:
            self.not_bodies = True
        self.add_keywords(names)
