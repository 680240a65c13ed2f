"""Command lines read without typer, by what commands declare for it.

Importing typer takes longer than most commands run. `quick` takes command lines that are plainly right; whatever else
there is, `--help` and mistakes above all, is left to typer, which explains it. Both read the same declarations, the
annotations of a command's function, which are texts until somebody evaluates them: here only those of the options that
stand on the command line, and with `Option` and `Argument` of our own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import NoneType, UnionType

from gatewright.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Function = Callable[..., int]


@record(frozen=True, slots=True)
class Group:
    """A command of several: `default` is what runs when none of them is named."""

    help: str
    commands: dict[str, Function]
    default: Function | None = None


@record(frozen=True, slots=True)
class _About:
    """How an option (by one of its `names`, none where its parameter's is meant) or an argument is given. What is
    said of it in `more` is for typer."""

    is_option: bool
    names: tuple[str, ...]
    min: float | None
    more: dict[str, Any]


@record(frozen=True, slots=True)
class _Declared:
    """What an annotation says of a parameter: the type of its value, or of its `many` values."""

    kind: Any
    many: bool
    about: _About


class _Typer:
    """Stands for the module."""

    @staticmethod
    def Option(*names: str, help: str = "", min: float | None = None, **more: Any) -> _About:  # noqa: N802
        return _About(True, names, min, more)

    @staticmethod
    def Argument(*, help: str = "", **more: Any) -> _About:  # noqa: N802
        return _About(False, (), None, more)


class _Annotated:
    def __class_getitem__(cls, given: tuple[Any, _About]) -> _Declared:
        wanted, about = given
        parts = wanted.__args__ if isinstance(wanted, UnionType) else (wanted,)
        (kind,) = (part for part in parts if part is not NoneType)
        many = getattr(kind, "__origin__", None) is list
        return _Declared(kind.__args__[0] if many else kind, many, about)


class _Path:
    """Stands for pathlib's, which is imported when a path is given."""


_NAMES = {"Annotated": _Annotated, "Path": _Path, "typer": _Typer}


def quick(target: Function | Group, argv: Sequence[str]) -> tuple[Function, dict[str, Any]] | None:
    """The function that a command line asks for, with what it gives it; None for one to be left to typer."""
    if isinstance(target, Group):
        if not argv:
            return None if target.default is None else (target.default, {})
        function = target.commands.get(argv[0])
        return None if function is None else quick(function, argv[1:])
    given = _Given(target)
    words = iter(argv)
    understood = all(given.take(word, words) for word in words)
    return (target, given.values) if understood and given.place_arguments() else None


@record(slots=True)
class _Given:
    """What a command line has given a function so far."""

    function: Function
    values: dict[str, Any] = field(default_factory=dict)
    arguments: list[str] = field(default_factory=list)

    def take(self, word: str, following: Iterator[str]) -> bool:
        """Take a word, and where it is an option, the value `following` it; whether they are understood."""
        if word == "-" or not word.startswith("-"):
            self.arguments.append(word)
            return True
        name, equals, value = word.partition("=") if word.startswith("--") else (word, "", "")
        parameter, declared = self._option(name)
        if declared is None:
            return False
        if declared.kind is bool:
            self.values[parameter] = True
            return not (equals or declared.about.more)
        if not equals:
            value = next(following, "-")
        return not value.startswith("-") and self._put(parameter, declared, value)

    def place_arguments(self) -> bool:
        """Give the arguments their parameters; whether none is left over, and no parameter without a value."""
        words = self.arguments
        for parameter, annotation in self.function.__annotations__.items():
            if "typer.Argument(" in annotation:
                declared = self._evaluated(annotation)
                mine, words = (words, []) if declared.many else (words[:1], words[1:])
                if not all(self._put(parameter, declared, word) for word in mine):
                    return False
        code, defaults = self.function.__code__, self.function.__defaults__ or ()
        required = code.co_varnames[: code.co_argcount - len(defaults)]
        return not words and all(parameter in self.values for parameter in required)

    def _option(self, name: str) -> tuple[str, _Declared | None]:
        """The parameter with an option of that name."""
        for parameter, annotation in self.function.__annotations__.items():
            usual = "--" + parameter.replace("_", "-")
            if name == usual or repr(name) in annotation:
                declared = self._evaluated(annotation)
                if declared.about.is_option and name in (declared.about.names or (usual,)):
                    return parameter, declared
        return "", None

    def _evaluated(self, annotation: str) -> _Declared:
        declared = eval(annotation, self.function.__globals__ | _NAMES)
        assert isinstance(declared, _Declared)
        return declared

    def _put(self, parameter: str, declared: _Declared, text: str) -> bool:
        """Give a parameter the value of a text; whether it has one."""
        least = declared.about.min
        try:
            value = _converted(declared.kind, text)
        except ValueError:
            return False
        if declared.about.more or (least is not None and value < least):
            return False
        if declared.many:
            self.values.setdefault(parameter, []).append(value)
        else:
            self.values[parameter] = value
        return True


def _converted(kind: Any, text: str) -> Any:
    """As typer converts; ValueError where it would complain, or convert to what is not known here."""
    if kind is _Path:
        from pathlib import Path

        return Path(text)
    if kind not in (str, int, float):
        raise ValueError(kind)
    return kind(text)
