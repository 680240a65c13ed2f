"""`record`: dataclasses that cost little to declare and little to make.

`dataclasses` imports `inspect` and what that needs, which takes longer than checking an object, and then most of a
millisecond a class; and the constructor of its frozen classes sets each field through `object.__setattr__`, which made
a quarter of the time of parsing. For the type checker these are dataclasses. At run time they are classes with the same
constructor, equality, hash and representation, whose fields mypy alone protects, and which are compiled when they are
used.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from dataclasses import dataclass as record
    from dataclasses import field, replace
else:
    _REQUIRED = object()

    class field:  # noqa: N801 - a function in dataclasses
        """What is said of a field beyond its default."""

        __slots__ = ("compare", "default", "default_factory", "repr")

        def __init__(self, *, default=_REQUIRED, default_factory=None, repr=True, compare=True):
            self.default = default
            self.default_factory = default_factory
            self.repr = repr
            self.compare = compare

    def record(cls=None, /, *, frozen=False, slots=False, eq=True):
        """As `dataclass`."""
        if cls is None:
            return lambda cls: record(cls, frozen=frozen, slots=slots, eq=eq)
        own = {name: _declared(cls, name) for name in cls.__annotations__}
        fields = getattr(cls, "_record_fields", {}) | own
        members = {name: value for name, value in cls.__dict__.items() if name not in (*own, *_MADE_BY_TYPE)}
        if slots:
            members["__slots__"] = tuple(own)
        else:
            members |= {name: told.default for name, told in own.items() if told.default is not _REQUIRED}
        members["_record_fields"] = fields
        members["__match_args__"] = tuple(fields)
        members.setdefault("__repr__", _representation([name for name, told in fields.items() if told.repr]))
        made = type(cls)(cls.__name__, cls.__bases__, members)
        made.__qualname__ = cls.__qualname__
        _construct_by(made, fields)
        if eq:
            _compare_by(made, [name for name, told in fields.items() if told.compare], hashed=frozen)
        return made

    _MADE_BY_TYPE = ("__dict__", "__weakref__")

    def _declared(cls, name):
        value = cls.__dict__.get(name, _REQUIRED)
        return value if isinstance(value, field) else field(default=value)

    def _construct_by(cls, fields):
        """Give a class its constructor, compiled for the second value: most classes of a command line have but one."""
        first = True

        def first_init(self, *values, **named):
            nonlocal first
            if not first or not _fill(self, fields, values, named):
                cls.__init__ = _constructor(cls, fields)
                cls.__init__(self, *values, **named)
            first = False

        cls.__init__ = first_init

    def _fill(value, fields, values, named):
        """Set the fields of a value; False where something is missing or too much, of which Python is to complain."""
        names = tuple(fields)
        if len(values) > len(names) or not named.keys() <= set(names[len(values) :]):
            return False
        given = dict(zip(names, values, strict=False)) | named
        for name, told in fields.items():
            if name not in given:
                if told.default_factory is None and told.default is _REQUIRED:
                    return False
                given[name] = told.default if told.default_factory is None else told.default_factory()
            setattr(value, name, given[name])
        if hasattr(value, "__post_init__"):
            value.__post_init__()
        return True

    def _constructor(cls, fields):
        given = {"_REQUIRED": _REQUIRED}
        defaults, body = [], []
        for name, told in fields.items():
            value = name
            if told.default_factory is not None:
                given[f"_{name}"] = told.default_factory
                value = f"_{name}() if {name} is _REQUIRED else {name}"
            if defaults or told.default_factory is not None or told.default is not _REQUIRED:
                defaults.append(told.default)
            body.append(f"self.{name} = {value}")
        if hasattr(cls, "__post_init__"):
            body.append("self.__post_init__()")
        made = _compiled("__init__", ", ".join(("self", *fields)), "; ".join(body) or "pass", cls, given)
        # Given here, they need not be compiled as well.
        made.__defaults__ = tuple(defaults)
        return made

    def _compiled(name, parameters, body, cls, given):
        exec(f"def {name}({parameters}): {body}", given)
        made = given[name]
        made.__module__, made.__qualname__ = cls.__module__, f"{cls.__qualname__}.{name}"
        return made

    def _representation(names):
        def __repr__(self):  # noqa: N807
            shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in names)
            return f"{self.__class__.__qualname__}({shown})"

        return __repr__

    def _compare_by(cls, names, *, hashed):
        """Give a class equality and hash, compiled when one of them is first asked for."""

        def compile_both():
            ours, theirs = ("".join(f"{one}.{name}, " for name in names) for one in ("self", "other"))
            same = f"return ({ours}) == ({theirs}) if other.__class__ is self.__class__ else NotImplemented"
            cls.__eq__ = _compiled("__eq__", "self, other", same, cls, {})
            if hashed:
                cls.__hash__ = _compiled("__hash__", "self", f"return hash(({ours}))", cls, {})

        def first_equal(self, other):
            compile_both()
            return self.__eq__(other)

        def first_hash(self):
            compile_both()
            return hash(self)

        cls.__eq__ = first_equal
        cls.__hash__ = first_hash if hashed else None

    def replace(value, /, **changes):
        """As in dataclasses, for whose values it is good too."""
        for name in value.__match_args__:
            if name not in changes:
                changes[name] = getattr(value, name)
        return value.__class__(**changes)


def field_names(value: object) -> tuple[str, ...]:
    """The names of the fields of a record or a dataclass, in order."""
    names: tuple[str, ...] = value.__match_args__  # type: ignore[attr-defined]
    return names


def is_record(value: object) -> bool:
    """Whether a value is one of a record or a dataclass."""
    return hasattr(value, "__match_args__")


__all__ = ["field", "field_names", "is_record", "record", "replace"]
