"""The parser's part for arrays, sets, objects and their comprehensions."""

from __future__ import annotations

from gatewright.syntax._cursor import Cursor
from gatewright.syntax._order import sorted_object, sorted_set
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Body,
    Object,
    ObjectComprehension,
    Set,
    SetComprehension,
    Term,
    Value,
)


class CollectionParser(Cursor):
    """Each method returns None when it noted a fault and could not go on."""

    def array(self) -> Term | None:
        """array = "[" [ "," ] [ terms ] "]" | "[" term "|" body "]" """
        if not self.enter():
            return None
        first = self.token
        value = self._array_value()
        self.depth -= 1
        if value is None:
            return None
        return Term(value, self.span(self.place(first), first.start, self.token))

    def _array_value(self) -> Value | None:
        self.scan()
        if self.kind == "]":
            return Array(())
        comprehension = True
        if self.kind == ",":
            comprehension = False
            self.scan()
        mark = self.mark()
        # A comprehension goes before a binary `|`, so no operators are read yet.
        head = self.term()
        if head is None:
            return None
        if self.kind == "]":
            return Array((head,))
        if self.kind == ",":
            self.scan()
            terms = self.terms("]", [head])
            return None if terms is None else Array(tuple(terms))
        if self.kind == "|" and comprehension:
            self.scan()
            body = self.body("]")
            if body is not None:
                return ArrayComprehension(head, body)
            if self.kind != ",":
                return None
        self.back(mark)
        terms = self.terms("]", [])
        return None if terms is None else Array(tuple(terms))

    def braces(self) -> Term | None:
        """set = "{" [ "," ] terms "}"; object = "{" [ "," ] [ pairs ] "}"; or a comprehension of either."""
        if not self.enter():
            return None
        first = self.token
        value = self._braces_value()
        self.depth -= 1
        if value is None:
            return None
        return Term(value, self.span(self.place(first), first.start, self.token))

    def _braces_value(self) -> Value | None:
        self.scan()
        if self.kind == "}":
            return Object(())
        comprehension = True
        if self.kind == ",":
            comprehension = False
            self.scan()
        mark = self.mark()
        head = self.term()
        if head is None:
            return None
        kind = self.kind
        if kind == ":":
            return self._object(head, comprehension)
        if kind in ("}", ",") or (kind == "|" and comprehension):
            return self._set(mark, head, comprehension)
        self.back(mark)
        head = self.infix(pairs=False)
        if head is None:
            return None
        if self.kind in ("}", ","):
            return self._set(mark, head, False)
        if self.kind == ":":
            return self._object(head, comprehension)
        self.illegal("non-terminated set")
        return None

    def _set(self, mark: object, head: Term, comprehension: bool) -> Value | None:
        if not self.enter():
            return None
        value = self._set_value(mark, head, comprehension)
        self.depth -= 1
        return value

    def _set_value(self, mark: object, head: Term, comprehension: bool) -> Value | None:
        kind = self.kind
        if kind == "}":
            return Set((head,))
        terms: list[Term] | None
        if kind == ",":
            self.scan()
            terms = self.terms("}", [head])
            return None if terms is None else sorted_set(terms)
        if kind != "|":
            return None
        if comprehension:
            self.scan()
            body = self.body("}")
            if body is not None:
                return SetComprehension(head, body)
            if self.kind != ",":
                return None
        self.back(mark)  # type: ignore[arg-type]
        terms = self.terms("}", [])
        return None if terms is None else sorted_set(terms)

    def _object(self, key: Term, comprehension: bool) -> Value | None:
        if not self.enter():
            return None
        value = self._object_value(key, comprehension)
        self.depth -= 1
        return value

    def _object_value(self, key: Term, comprehension: bool) -> Value | None:
        self.scan()
        mark = self.mark()
        value = self.term()
        if value is None:
            return None
        if comprehension:
            if self.kind in ("}", ","):
                # The only way to read it, so its faults are the ones to tell.
                return self._object_rest(key, value, True)
            if self.kind == "|":
                found = self._object_rest(key, value, True)
                if found is not None:
                    return found
        self.back(mark)
        value = self.infix(pairs=False)
        if value is None:
            return None
        if self.kind in ("}", ","):
            return self._object_rest(key, value, False)
        self.illegal("non-terminated object")
        return None

    def _object_rest(self, key: Term, value: Term, comprehension: bool) -> Value | None:
        if not self.enter():
            return None
        found: Value | None = None
        if self.kind == "}":
            found = Object(((key, value),))
        elif self.kind == "|":
            if comprehension:
                self.scan()
                body = self.body("}")
                if body is not None:
                    found = ObjectComprehension(key, value, body)
            else:
                self.illegal("non-terminated object")
        elif self.kind == ",":
            self.scan()
            pairs = self._pairs([(key, value)])
            if pairs is not None:
                found = sorted_object(pairs)
        self.depth -= 1
        return found

    def terms(self, end: str, terms: list[Term]) -> list[Term] | None:
        """terms = infix { "," infix } [ "," ], up to the closing `end`."""
        if self.kind == end:
            return terms
        append = terms.append
        while True:
            term = self.infix(False)
            if term is None:
                return None
            append(term)
            kind = self.kind
            if kind == end:
                return terms
            if kind != ",":
                self.illegal(f'expected "," or "{end}"')
                return None
            self.scan()
            if self.kind == end:
                return terms

    def _pairs(self, pairs: list[tuple[Term, Term]]) -> list[tuple[Term, Term]] | None:
        """pairs = infix ":" infix { "," infix ":" infix } [ "," ], up to the closing brace."""
        if self.kind == "}":
            return pairs
        while True:
            key = self.infix(False)
            if key is None:
                return None
            if self.kind != ":":
                self.illegal('expected ":"')
                return None
            self.scan()
            value = self.infix(False)
            if value is None:
                return None
            pairs.append((key, value))
            if self.kind == "}":
                return pairs
            if self.kind != ",":
                self.illegal('expected "," or "}"')
                return None
            self.scan()
            if self.kind == "}":
                return pairs

    # --- what the other parts add -------------------------------------------------------------------------------

    def term(self) -> Term | None:
        raise NotImplementedError

    def infix(self, pairs: bool = True) -> Term | None:
        raise NotImplementedError

    def body(self, end: str) -> Body | None:
        raise NotImplementedError
