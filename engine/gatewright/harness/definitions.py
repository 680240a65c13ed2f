"""The test rules in Rego files, as they are written."""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.errors import RegoError, RegoErrors
from gatewright.harness.rego_tests import RegoTest
from gatewright.records import record, replace
from gatewright.syntax import nodes, parse_module
from gatewright.syntax.text import node_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatewright.analysis import Capabilities

_PREFIX, _TODO = "test_", "todo_test_"


@record(frozen=True, slots=True)
class Definition:
    """A test's rule, and which part of its ref is the test's name."""

    rule: nodes.Rule
    part: int

    @property
    def keys(self) -> tuple[nodes.Term, ...]:
        """What stands in brackets after the name of a table."""
        head = self.rule.head
        if head.args is not None or (head.value is None and head.key is not None):
            return ()
        return head.ref.terms[self.part + 1 :] or ((head.key,) if head.key is not None else ())

    @property
    def todo(self) -> bool:
        return _part_name(self.rule.head.ref.terms[self.part]).startswith(_TODO)


@record(slots=True)
class Parsed:
    """The modules, their tests in order, and the definition behind each test's query."""

    modules: dict[str, nodes.Module]
    tests: list[RegoTest]
    definitions: dict[str, Definition]


def find_tests(texts: Mapping[str, str], rego_version: str, capabilities: Capabilities | None = None) -> Parsed:
    """Modules and tests of these texts. Definitions that share a name are told apart by a number, as in OPA."""
    parsed = Parsed({}, [], {})
    seen: dict[tuple[str, ...], int] = {}
    errors: list[RegoError] = []
    language = None if capabilities is None else capabilities.language
    for file, text in texts.items():
        try:
            module = parse_module(text, file=file, rego_version=rego_version, capabilities=language)
        except RegoErrors as error:
            errors.extend(error.errors)
            continue
        package = node_text(module.package.path)
        rules = []
        for rule in module.rules:
            where = test_part(rule.head.ref)
            if where is not None:
                names = [_part_name(term) for term in rule.head.ref.terms[: where + 1]]
                key = (package, *names)
                count = seen[key] = seen.get(key, -1) + 1
                if count:
                    names[where] += f"#{count:02}"
                    rule = _renamed(rule, where, names[where])
                query = package + "".join(f'["{name}"]' for name in names)
                defined = parsed.definitions[query] = Definition(rule, where)
                found = RegoTest(file, ".".join(names), query, package, bool(defined.keys), defined.todo)
                parsed.tests.append(found)
            rules.append(rule)
        parsed.modules[file] = replace(module, rules=tuple(rules))
    if errors:
        raise RegoErrors(errors)
    return parsed


def test_part(ref: nodes.Ref) -> int | None:
    """Which part of a rule's name says that it is a test: `test_x` itself, or the last one of `group.test_x`."""
    for index, term in enumerate(ref.terms):
        name = _part_name(term) if index == 0 or isinstance(term.value, nodes.String) else ""
        if name.startswith((_PREFIX, _TODO)):
            return index
        if not name:
            return None
    return None


def _part_name(term: nodes.Term) -> str:
    value = term.value
    return value.name if isinstance(value, nodes.Var) else value.value if isinstance(value, nodes.String) else ""


def _renamed(rule: nodes.Rule, where: int, name: str) -> nodes.Rule:
    terms = list(rule.head.ref.terms)
    terms[where] = replace(terms[where], value=nodes.String(name) if where else nodes.Var(name))
    head = replace(rule.head, ref=nodes.Ref(tuple(terms)), name=name if rule.head.name else "")
    return replace(rule, head=head)
