"""The types known at some point: a chain of trees, nearest first, keyed by variables and by paths of documents."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from gatewright.analysis._terms import (
    COMPREHENSIONS,
    ROOTS,
    TreeKey,
    dotted_ref,
    is_constant,
    json_key,
    ref_text,
    tree_key,
)
from gatewright.analysis.types import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    AnyType,
    ArrayType,
    ObjectType,
    RecursiveType,
    SetType,
    Signature,
    Type,
    bare,
    is_empty_collection,
    object_type,
    select,
    union,
    values_of,
)
from gatewright.syntax.nodes import (
    Array,
    ArrayComprehension,
    Boolean,
    Null,
    Number,
    Object,
    ObjectComprehension,
    Ref,
    Set,
    SetComprehension,
    String,
    TemplateString,
    Term,
    Value,
    Var,
)

if TYPE_CHECKING:
    Comprehension = ArrayComprehension | SetComprehension | ObjectComprehension
    # Types the body of a comprehension; None when it has errors.
    TypeBody = Callable[["TypeEnv", Comprehension], "TypeEnv | None"]


class TypeTree:
    """A place in a tree of types; `version` of a root counts the changes below it."""

    __slots__ = ("children", "value", "version")

    def __init__(self) -> None:
        self.value: Type | None = None
        self.children: dict[TreeKey, TypeTree] = {}
        self.version = 0

    def put_one(self, key: TreeKey, tpe: Type | None) -> None:
        self.version += 1
        child = self.children.get(key)
        if child is None:
            child = self.children[key] = TypeTree()
        child.value = tpe

    def put(self, path: Sequence[Term], tpe: Type | None) -> None:
        self.version += 1
        node = self
        for term in path:
            node = node.children.setdefault(tree_key(term.value), TypeTree())
        node.value = tpe

    def insert(self, path: Sequence[Term], tpe: Type, env: TypeEnv) -> None:
        """Put `tpe` at a ground path, merged with what is there and with the objects on the way."""
        self.version += 1
        node = self
        for i, term in enumerate(path):
            key = tree_key(term.value)
            child = node.children.get(key)
            if child is None:
                child = node.children[key] = TypeTree()
            elif child.value is not None and i + 1 < len(path):
                around = bare(child.value)
                if isinstance(around, ObjectType):
                    child.value = _into_object(around, path[i + 1 :], tpe, env)
            node = child
        node.value = merge(node.value, tpe)
        if node.children and isinstance(bare(tpe), ObjectType):
            value = bare(node.value)
            for inner, leaf in _leaves(node):
                if isinstance(value, ObjectType):
                    value = _into_object_at(value, inner, leaf)
            node.value = value


def _leaves(node: TypeTree) -> Iterator[tuple[tuple[TreeKey, ...], Type]]:
    stack: list[tuple[tuple[TreeKey, ...], TypeTree]] = [
        ((key,), child) for key, child in reversed(node.children.items())
    ]
    while stack:
        path, child = stack.pop()
        if child.value is not None:
            yield path, child.value
        else:
            stack += [((*path, key), below) for key, below in reversed(child.children.items())]


def _into_object(around: ObjectType, path: Sequence[Term], tpe: Type, env: TypeEnv) -> ObjectType:
    if not path:
        return around
    key = env.value_type(path[0].value)
    value: Type = tpe if len(path) == 1 else _into_object(ObjectType(), path[1:], tpe, env)
    return _with_dynamic(around, key, value)


def _into_object_at(around: ObjectType, path: tuple[TreeKey, ...], tpe: Type) -> ObjectType:
    if not path:
        return around
    value: Type = tpe if len(path) == 1 else _into_object_at(ObjectType(), path[1:], tpe)
    return _with_dynamic(around, _type_of_tree_key(path[0]), value)


def _type_of_tree_key(key: TreeKey) -> Type | None:
    match key:
        case str():
            return STRING
        case ("n", _):
            return NUMBER
        case ("b", _):
            return BOOLEAN
        case Null():
            return NULL
    return None


def _with_dynamic(around: ObjectType, key: Type | None, value: Type) -> ObjectType:
    if around.dynamic is not None:
        return ObjectType(around.static, (union(around.dynamic[0], key), union(around.dynamic[1], value)))
    return ObjectType(around.static, (key, value))


def merge(a: Type | None, b: Type | None) -> Type | None:
    """The type of a document that several rules make: sets and objects grow, anything else becomes a union."""
    if a is None:
        return b
    if b is None:
        return a
    if isinstance(a, RecursiveType):
        a = a.type
    if isinstance(b, RecursiveType):
        b = b.type
    if isinstance(a, ObjectType):
        merged = _merge_object(a, b)
        if merged is not None:
            return merged
    elif isinstance(a, SetType) and isinstance(b, SetType):
        return SetType(union(a.of, b.of))
    elif isinstance(a, AnyType) and not isinstance(b, AnyType):
        return _merge_object(b, a) or union(b, a) if isinstance(b, ObjectType) else union(b, a)
    return union(a, b)


def _merge_object(a: ObjectType, b: Type | None) -> Type | None:
    if a.static:
        return None
    if isinstance(b, ObjectType) and not b.static:
        if a.dynamic is None:
            return b
        if b.dynamic is None:
            return a
        return ObjectType((), (union(a.dynamic[0], b.dynamic[0]), merge(a.dynamic[1], b.dynamic[1])))
    if isinstance(b, AnyType) and a.dynamic is not None:
        for i, member in enumerate(b.of):
            if isinstance(member, ObjectType) and not member.static and member.dynamic is not None:
                key, value = member.dynamic
                grown = ObjectType((), (union(key, a.dynamic[0]), union(value, a.dynamic[1])))
                return AnyType((*b.of[:i], grown, *b.of[i + 1 :]))
    return None


class TypeEnv:
    """Types by variable and by path. `vars` is where the types of variables go; `tree` differs from it only for the
    expressions that `with` gives documents of their own."""

    __slots__ = ("_functions", "_signatures", "_type_body", "next", "tree", "vars")

    def __init__(
        self, signatures: Mapping[str, Signature], type_body: TypeBody, following: TypeEnv | None = None
    ) -> None:
        self.tree = TypeTree()
        self.vars = self.tree
        self.next = following
        self._signatures = signatures
        self._type_body = type_body
        self._functions: dict[str, list[str]] | None = None

    def wrap(self, type_body: TypeBody | None = None) -> TypeEnv:
        return TypeEnv(self._signatures, type_body or self._type_body, self)

    def wrap_with(self) -> TypeEnv:
        """An environment for one expression whose variables belong to this one."""
        env = self.wrap()
        env.vars = self.vars
        return env

    def signature(self) -> tuple[int, ...]:
        """Changes whenever anything known here changes."""
        found: list[int] = []
        env: TypeEnv | None = self
        while env is not None:
            found += (id(env.tree), env.tree.version)
            if env.vars is not env.tree:
                found += (id(env.vars), env.vars.version)
            env = env.next
        return tuple(found)

    def set_var(self, name: str, tpe: Type | None) -> None:
        self.vars.put_one(("v", name), tpe)

    # --- types of values ---

    def value_type(self, value: Value) -> Type | None:
        kind = type(value)
        known = _SCALAR_TYPES.get(kind)
        if known is not None:
            return known
        if isinstance(value, Var):
            return self._var_type(value.name)
        if isinstance(value, Ref):
            return self.ref_type(value.terms)
        match value:
            case Array(items):
                return ArrayType(tuple(self.value_type(t.value) for t in items))
            case Object(pairs):
                return self._object_type(pairs)
            case Set(items):
                of: Type | None = None
                for term in items:
                    of = union(of, self.value_type(term.value))
                return SetType(of)
            case ArrayComprehension() | SetComprehension() | ObjectComprehension():
                return self._comprehension_type(value)
        return None

    def _var_type(self, name: str) -> Type | None:
        key = ("v", name)
        env = self
        while True:
            node = env.tree.children.get(key)
            if node is not None:
                return node.value
            if env.next is None:
                function = env.function_node(name)
                return function.value if function is not None else None
            env = env.next

    def function_node(self, name: str) -> TypeTree | None:
        """The built-in functions whose names start with `name`, as a tree; for the outermost environment."""
        if self._functions is None:
            self._functions = {}
            for function in self._signatures:
                self._functions.setdefault(function.partition(".")[0], []).append(function)
        if name not in self._functions:
            return None
        tree = TypeTree()
        for function in self._functions[name]:
            tree.put(dotted_ref(function).terms, self._signatures[function].type)
        return tree.children[("v", name)]

    def _object_type(self, pairs: tuple[tuple[Term, Term], ...]) -> Type:
        static: list[tuple[object, Type | None]] = []
        dynamic: tuple[Type | None, Type | None] | None = None
        for key, item in pairs:
            if is_constant(key.value):
                static.append((json_key(key.value), self.value_type(item.value)))
            else:
                dynamic = (self.value_type(key.value), self.value_type(item.value))
        return object_type(static, dynamic)

    def _comprehension_type(self, value: Comprehension) -> Type | None:
        env = self._type_body(self, value)
        if env is None:
            return None
        if isinstance(value, ObjectComprehension):
            return ObjectType((), (env.value_type(value.key.value), env.value_type(value.value.value)))
        inner = env.value_type(value.term.value)
        return ArrayType((), inner) if isinstance(value, ArrayComprehension) else SetType(inner)

    # --- types of refs ---

    def ref_type(self, ref: tuple[Term, ...]) -> Type | None:
        head = tree_key(ref[0].value) if type(ref[0].value) not in COMPREHENSIONS else None
        env: TypeEnv | None = self
        while env is not None:
            node = env.tree.children.get(head)
            if node is not None:
                found, tpe = env._select(node, ref)
                if found:
                    return tpe
            if env.next is None:
                return env._global_type(ref)
            env = env.next
        return None

    def _global_type(self, ref: tuple[Term, ...]) -> Type | None:
        head = ref[0].value
        if type(head) is Var:
            if head.name in ROOTS:
                # Whatever is not known below `data` and `input` may be there all the same.
                return ANY
            name = head.name if len(ref) == 1 else ref_text(ref)
            if name in self._signatures:
                return self._signatures[name].type
        return None

    def _select(self, node: TypeTree, ref: tuple[Term, ...]) -> tuple[bool, Type | None]:
        """Whether this tree knows about `ref`, and the type it gives."""
        for i in range(1, len(ref)):
            value = ref[i].value
            if node.value is not None:
                child = node.children.get(tree_key(value)) if node.children else None
                if child is None:
                    return True, select_ref(node.value, ref[i:])
                node = child
                continue
            if not is_constant(value):
                return True, select_ref(extent(node), ref[i:])
            child = node.children.get(tree_key(value))
            if child is None:
                return False, None
            node = child
        return True, extent(node)


_SCALAR_TYPES: dict[type, Type] = {
    Null: NULL,
    Boolean: BOOLEAN,
    Number: NUMBER,
    String: STRING,
    TemplateString: STRING,
}


def extent(node: TypeTree) -> Type:
    """The type of the whole document at a place: what is not known of it may hold anything."""
    if node.value is not None:
        return node.value
    static: list[tuple[object, Type | None]] = []
    for key, child in node.children.items():
        match key:
            case str():
                static.append((key, extent(child)))
            case ("n" | "b", name):
                static.append((name, extent(child)))
    return object_type(static, (STRING, ANY))


def select_constant(tpe: Type | None, value: Value) -> Type | None:
    if not is_constant(value):
        return None
    return select(tpe, json_key(value))


def select_ref(tpe: Type | None, operands: Sequence[Term]) -> Type | None:
    """The type at the end of some operands; None when there can be nothing."""
    for term in operands:
        if tpe is None:
            return None
        if isinstance(term.value, Var | Ref | Array | Object | Set):
            if is_empty_collection(tpe):
                return ANY
            tpe = values_of(tpe)
        else:
            tpe = select_constant(tpe, term.value)
    return tpe
