"""METADATA comments: parsed, checked, and attached to the statements they describe."""

from __future__ import annotations

import re
from typing import Any

from gatewright.errors import RegoError, RegoErrors, RegoSyntaxError
from gatewright.source import Location
from gatewright.syntax._cursor import Fault
from gatewright.syntax.nodes import (
    Annotations,
    Comment,
    Import,
    Module,
    Package,
    Ref,
    Rule,
    String,
    Term,
    Var,
)

_LINE = re.compile(r"yaml:(?: unmarshal errors:\s*)? line ([0-9]+):|yaml: unmarshal errors:\s+line ([0-9]+):")
_SCOPES = ("rule", "document", "package", "subpackages")
_SPACES = (" ", "\t")


def parse_blocks(comments: tuple[Comment, ...], line_starts: list[int]) -> tuple[list[Annotations], list[Fault]]:
    """The METADATA blocks among the comments, and the faults of those that are none."""
    blocks: list[Annotations] = []
    faults: list[Fault] = []
    for start, lines in _block_lines(comments):
        try:
            blocks.append(_parse_block(start, lines))
        except _BlockError as error:
            place = error.place
            faults.append(Fault(place.row, place.col, line_starts[place.row - 1] + place.col - 1, error.message))
    return blocks, faults


class _BlockError(Exception):
    def __init__(self, message: str, place: Location) -> None:
        super().__init__(message)
        self.message = message
        self.place = place


def _is_start(comment: Comment) -> bool:
    return comment.location.col == 1 and comment.text.strip().startswith("METADATA")


def _block_lines(comments: tuple[Comment, ...]) -> list[tuple[Comment, list[Comment]]]:
    """Each METADATA comment with the comment lines below it, up to the next METADATA comment."""
    found = []
    i = 0
    while i < len(comments):
        if not _is_start(comments[i]):
            i += 1
            continue
        start = comments[i]
        lines = []
        i += 1
        while i < len(comments):
            comment, before = comments[i], comments[i - 1]
            place = comment.location
            if place.col != 1 or place.row - 1 != before.location.row or _is_start(comment):
                break
            lines.append(comment)
            i += 1
        found.append((start, lines))
    return found


def _parse_block(start: Comment, lines: list[Comment]) -> Annotations:
    from gatewright.syntax import _metadata

    text = "".join(line.text.removeprefix(" ") + "\n" for line in lines)
    if not text.strip():
        raise _BlockError("expected METADATA block, found whitespace", start.location)
    try:
        raw = _metadata.decode(text)
    except _metadata.MetadataError as error:
        raise _BlockError(_with_space_hints(str(error), lines), _fault_place(str(error), start, lines)) from None
    try:
        data = _annotation(raw)
    except ValueError as error:
        raise _BlockError(str(error), start.location) from None
    place = start.location
    return Annotations(str(raw.get("scope", "")), data, place, lines[-1].location.row)


def _fault_place(message: str, start: Comment, lines: list[Comment]) -> Location:
    found = _LINE.match(message)
    if found is None:
        return lines[0].location if lines else start.location
    index = int(found[1] or found[2])
    return lines[min(index, len(lines) - 1)].location


def _with_space_hints(message: str, lines: list[Comment]) -> str:
    """OPA's hint for a colon that a space of another kind follows."""
    for line in lines:
        if ":" not in line.text:
            continue
        parts = line.text.split(":")[1:]
        strange = []
        for i, part in enumerate(parts):
            if (not part and i == len(parts) - 1) or part[:1] in _SPACES:
                break
            strange.append(_quoted_rune(part[:1]))
        if strange:
            message += (
                f"\n  Hint: on line {line.location.row}, symbol(s) [{' '.join(strange)}] immediately following a "
                "key/value separator ':' is not a legal yaml space character"
            )
    return message


_GO_ESCAPES = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}


def _quoted_rune(char: str) -> str:
    if not char:
        return "'\\ufffd'"
    if char in "'\\":
        return f"'\\{char}'"
    if char in _GO_ESCAPES:
        return f"'{_GO_ESCAPES[char]}'"
    code = ord(char)
    if 0x20 <= code < 0x7F:
        return f"'{char}'"
    if code < 0x80:
        return f"'\\x{code:02x}'"
    return f"'\\u{code:04x}'" if code < 0x10000 else f"'\\U{code:08x}'"


# --- what the keys may hold -----------------------------------------------------------------------------------------


def _annotation(raw: dict[str, Any]) -> dict[str, Any]:
    """The annotation's data, empty parts left out; raises ValueError with OPA's message."""
    data: dict[str, Any] = {}
    for name in ("title", "description", "entrypoint", "organizations"):
        if raw.get(name):
            data[name] = raw[name]
    related = [_related(item) for item in raw.get("related_resources", ())]
    compile_ = _compile(raw["compile"]) if "compile" in raw else None
    schemas = [_schema(item) for item in raw.get("schemas", ())]
    authors = [_author(item) for item in raw.get("authors", ())]
    if related:
        data["related_resources"] = related
    if authors:
        data["authors"] = authors
    if schemas:
        data["schemas"] = schemas
    if compile_ is not None:
        data["compile"] = compile_
    for name in ("custom", "labels"):
        if raw.get(name):
            data[name] = {key: _string_keyed(value, ()) for key, value in raw[name].items()}
    return data


def _string_keyed(value: Any, path: tuple[str, ...]) -> Any:
    from gatewright.syntax._metadata import GeneralMap

    if isinstance(value, GeneralMap):
        found = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise ValueError(f"invalid map key type(s): {'/'.join(path)}")
            found[key] = _string_keyed(item, (*path, key))
        return found
    if isinstance(value, list):
        return [_string_keyed(item, (*path, str(i))) for i, item in enumerate(value)]
    return value


def _related(item: Any) -> dict[str, str]:
    from gatewright.syntax._metadata import go_string

    try:
        return _related_checked(_string_keyed(item, ()))
    except ValueError as error:
        raise ValueError(f"invalid related-resource definition {go_string(item)}: {error}") from None


def _related_checked(item: Any) -> dict[str, str]:
    if isinstance(item, str):
        if not item:
            raise ValueError("ref URL may not be empty string")
        return {"ref": _checked_url(item)}
    if isinstance(item, dict):
        ref = _text(item, "ref")
        if not ref:
            raise ValueError("'ref' value required in object")
        description = _text(item, "description")
        found = {"ref": _checked_url(ref)}
        return {"description": description, **found} if description else found
    raise ValueError("invalid value type, must be string or map")


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    return value.strip() if isinstance(value, str) else ""


def _checked_url(text: str) -> str:
    """`text` if Go's net/url takes it for a URL."""
    fault = ""
    if any(ord(c) < 0x20 or c == "\x7f" for c in text):
        fault = "net/url: invalid control character in URL"
    elif text.startswith(":"):
        fault = "missing protocol scheme"
    else:
        head = re.match(r"[^/?#]*", text)
        scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text)
        if head and ":" in head[0] and not scheme:
            fault = "first path segment in URL cannot contain colon"
        else:
            bad = re.search(r"%(?![0-9A-Fa-f]{2}).{0,2}", text.split("?")[0])
            if bad:
                fault = f'invalid URL escape "{bad[0]}"'
    if fault:
        raise ValueError(f'parse "{text}": {fault}')
    return text


def _author(item: Any) -> dict[str, str]:
    from gatewright.syntax._metadata import go_string

    try:
        return _author_checked(_string_keyed(item, ()))
    except ValueError as error:
        raise ValueError(f"invalid author definition {go_string(item)}: {error}") from None


def _author_checked(item: Any) -> dict[str, str]:
    if isinstance(item, str):
        words = item.split()
        if not words:
            raise ValueError("author is an empty string")
        email = ""
        if len(words[-1]) >= 2 and words[-1].startswith("<") and words[-1].endswith(">"):
            email = words.pop()[1:-1]
        name = " ".join(words)
    elif isinstance(item, dict):
        name, email = _text(item, "name"), _text(item, "email")
        if not name and not email:
            raise ValueError("'name' and/or 'email' values required in object")
    else:
        raise ValueError("invalid value type, must be string or map")
    return {"name": name, "email": email} if email else {"name": name}


def _parse_term(text: str) -> Term | None:
    from gatewright.syntax._modules import parse_term

    try:
        return parse_term(text)
    except RegoErrors:
        return None


def _schema(pair: Any) -> dict[str, Any]:
    """A schema's `path` and `schema` are Refs; a `definition` is plain data."""
    key, value = next(iter(pair.items())) if pair else ("", None)
    path = _parse_term(key)
    if path is None or not isinstance(path.value, Ref):
        raise ValueError("invalid document reference")
    if isinstance(value, str):
        return {"path": path.value, "schema": _schema_ref(value)}
    if isinstance(value, dict):
        try:
            return {"path": path.value, "definition": _string_keyed(value, ())}
        except ValueError as error:
            raise ValueError(f"invalid schema definition: {error}") from None
    raise ValueError(f'invalid schema declaration for path "{key}"')


def _schema_ref(text: str) -> Ref:
    term = _parse_term(text)
    if term is not None:
        if term.value == Var("schema"):
            return Ref((term,))
        if isinstance(term.value, Ref) and term.value.terms[0].value == Var("schema"):
            return term.value
    raise ValueError("invalid schema reference")


def _compile(raw: dict[str, Any]) -> dict[str, Any]:
    from gatewright.syntax.text import go_quote

    found: dict[str, Any] = {}
    unknowns = raw.get("unknowns")
    if isinstance(unknowns, list):
        refs: list[Ref | None] = []
        for item in unknowns:
            if not isinstance(item, str):
                # OPA keeps an empty place for it.
                refs.append(None)
                continue
            term = _parse_term(item)
            if term is None or not isinstance(term.value, Ref):
                raise ValueError(f"invalid unknowns element {go_quote(item)}: {_term_fault(item, 'ref')}")
            refs.append(term.value)
        if refs:
            found["unknowns"] = refs
    mask = raw.get("mask_rule")
    if isinstance(mask, str):
        term = _parse_term(mask)
        if term is None:
            raise ValueError(f"invalid mask_rule annotation {go_quote(mask)}: {_term_fault(mask, '')}")
        if isinstance(term.value, (Var, String)):
            found["mask_rule"] = Ref((term,))
        elif isinstance(term.value, Ref):
            found["mask_rule"] = term.value
        else:
            raise ValueError(f"invalid mask_rule annotation type {go_quote(mask)}: string")
    return found


def _term_fault(text: str, wanted: str) -> str:
    from gatewright.syntax._modules import parse_term
    from gatewright.syntax.text import node_text

    try:
        term = parse_term(text)
    except RegoErrors as error:
        message = f"failed to parse term: {_opa_text(error)}"
        return f"failed to parse ref: {message}" if wanted == "ref" else message
    return f"expected ref but got {node_text(term)}"


def _opa_text(errors: RegoErrors) -> str:
    lines = [
        f"{e.location.row}:{e.location.col}: {e.code}: {e.message}" + "".join("\n\t" + line for line in e.details)
        if e.location
        else e.message
        for e in errors.errors
    ]
    head = "1 error occurred: " if len(lines) == 1 else f"{len(lines)} errors occurred:\n"
    return head + "\n".join(lines)


# --- attaching ------------------------------------------------------------------------------------------------------


def attach(module: Module, blocks: list[Annotations]) -> Module | list[RegoError]:
    """The module with its annotations, and the rules with theirs; or what is wrong with their scopes."""
    statements: list[Package | Import | Rule] = [module.package, *module.imports, *module.rules]
    statements.sort(key=lambda s: s.location.row)
    errors: list[RegoError] = []
    placed: list[tuple[Annotations, Package | Import | Rule | None]] = []
    for block in blocks:
        target = next((s for s in statements if s.location.row > block.location.row), None)
        scoped = _scoped(block, target)
        errors.extend(_scope_faults(scoped, target))
        placed.append((scoped, target))
    if errors:
        return errors
    rules = _annotated_rules(module, placed)
    return Module(
        module.package,
        module.imports,
        rules,
        module.comments,
        tuple(a for a, _ in placed),
        module.rego_version,
        module.file,
    )


def _scoped(block: Annotations, target: Package | Import | Rule | None) -> Annotations:
    if block.scope:
        return block
    scope = ""
    if isinstance(target, Rule):
        scope = "document" if block.data.get("entrypoint") else "rule"
    elif isinstance(target, Package):
        scope = "package"
    elif isinstance(target, Import):
        scope = "import"
    return Annotations(scope, block.data, block.location, block.end_row)


def _scope_faults(block: Annotations, target: Package | Import | Rule | None) -> list[RegoError]:
    scope = block.scope
    message = ""
    if scope in ("rule", "document"):
        if not isinstance(target, Rule):
            message = f"annotation scope '{scope}' must be applied to rule"
    elif scope in ("package", "subpackages"):
        if not isinstance(target, Package):
            message = f"annotation scope '{scope}' must be applied to package"
    else:
        *others, last = (f"'{name}'" for name in _SCOPES)
        message = f"invalid annotation scope '{scope}'. Use one of {', '.join(others)}, or {last}"
        target = None
    errors: list[RegoError] = []
    if message:
        have = f" (have {type(target).__name__.lower()})" if target is not None else ""
        errors.append(RegoSyntaxError(message + have, block.location))
    if block.data.get("entrypoint") and scope not in ("document", "package"):
        errors.append(
            RegoSyntaxError(f"annotation entrypoint applied to non-document or package scope '{scope}'", block.location)
        )
    return errors


def _annotated_rules(
    module: Module, placed: list[tuple[Annotations, Package | Import | Rule | None]]
) -> tuple[Rule, ...]:
    """Each rule takes its document's annotations and those of scope `rule` above it that no earlier rule of the
    same path has taken; of several unclaimed ones the last is then spent."""
    by_path: dict[tuple[Any, ...], list[int]] = {}
    for i, (block, target) in enumerate(placed):
        if isinstance(target, Rule) and block.scope in ("document", "rule"):
            by_path.setdefault(_path(target), []).append(i)
    spent: set[int] = set()
    rules = []
    for rule in module.rules:
        taken: list[int] = []
        claimed = -1
        for i in by_path.get(_path(rule), ()):
            block = placed[i][0]
            if block.scope == "document":
                taken.append(i)
            elif i not in spent and rule.location.row > block.location.row:
                taken.append(i)
                claimed = i
        if claimed >= 0:
            spent.add(claimed)
        if taken:
            rule = Rule(
                rule.head,
                rule.body,
                rule.default,
                rule.otherwise,
                tuple(placed[i][0] for i in taken),
                rule.generated_body,
                rule.location,
            )
        rules.append(rule)
    return tuple(rules)


def _path(rule: Rule) -> tuple[Any, ...]:
    """The ground prefix of the rule's ref."""
    from gatewright.syntax.walk import is_ground

    terms = rule.head.ref.terms
    found: list[Any] = [terms[0].value]
    for term in terms[1:]:
        if not is_ground(term):
            break
        found.append(term.value)
    return tuple(found)
