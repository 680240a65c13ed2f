"""Records behave as the dataclasses that the type checker takes them for."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from gatewright.records import field, field_names, is_record, record, replace


@record(frozen=True, slots=True)
class Frozen:
    """Documented."""

    name: str
    size: int = 1
    items: list[int] = field(default_factory=list, compare=False)
    secret: str = field(default="", repr=False)

    @property
    def doubled(self) -> int:
        return self.size * 2


@dataclasses.dataclass(frozen=True, slots=True)
class Model:
    name: str
    size: int = 1
    items: list[int] = dataclasses.field(default_factory=list, compare=False)
    secret: str = dataclasses.field(default="", repr=False)


@record
class Plain:
    size: int = 1
    names: tuple[str, ...] = ()


@record(slots=True, eq=False)
class Identity:
    size: int


@record(frozen=True, slots=True)
class Longer(Frozen):
    more: int = 3


@record(slots=True)
class Checked:
    size: int

    def __post_init__(self) -> None:
        self.size += 1


VALUES: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    (("a",), {}),
    (("a", 2), {}),
    (("a",), {"items": [1]}),
    (("a",), {"secret": "s"}),
    ((), {"name": "b", "size": 3, "items": [], "secret": ""}),
]


@pytest.mark.parametrize(("args", "kwargs"), VALUES)
def test_construction_and_representation(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    ours, model = Frozen(*args, **kwargs), Model(*args, **kwargs)
    assert repr(ours) == repr(model).replace("Model", "Frozen")
    assert (ours.name, ours.size, ours.items, ours.secret) == (model.name, model.size, model.items, model.secret)


@pytest.mark.parametrize(("args", "kwargs"), VALUES)
@pytest.mark.parametrize(("more", "others"), VALUES)
def test_equality_and_hash(
    args: tuple[Any, ...], kwargs: dict[str, Any], more: tuple[Any, ...], others: dict[str, Any]
) -> None:
    first, second = Frozen(*args, **kwargs), Frozen(*more, **others)
    assert (first == second) is (Model(*args, **kwargs) == Model(*more, **others))
    assert (hash(first) == hash(second)) is (first == second)


@pytest.mark.parametrize("made", [0, 1, 2])
@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {}), (("a", 1, [], "", "more"), {}), (("a",), {"name": "b"}), (("a",), {"more": 1}), ((), {"size": 1})],
)
def test_wrong_arguments_are_refused(made: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    @record(slots=True)
    class Fresh:
        name: str
        size: int = 1
        items: list[int] = field(default_factory=list)
        secret: str = ""

    for _ in range(made):
        Fresh("a")
    with pytest.raises(TypeError, match=r"Fresh\.__init__\(\)"):
        Fresh(*args, **kwargs)


@pytest.mark.parametrize(("args", "kwargs"), VALUES)
def test_the_first_value_is_as_the_others(args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    @record(frozen=True, slots=True)
    class Fresh:
        name: str
        size: int = 1
        items: list[int] = field(default_factory=list)
        secret: str = ""

    assert len({repr(Fresh(*args, **kwargs)) for _ in range(3)}) == 1


def test_equality_is_of_one_class() -> None:
    assert Plain() == Plain(1, ())
    assert Plain() != (1, ())
    assert Frozen("a") != Model("a")
    assert Identity(1) != Identity(1)


def test_hashes_are_for_frozen_ones_and_for_those_that_are_compared_by_identity() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Plain())
    hash(Identity(1))


def test_defaults_made_by_a_factory_are_not_shared() -> None:
    assert Frozen("a").items is not Frozen("a").items


def test_slots_and_defaults_on_the_class() -> None:
    with pytest.raises(AttributeError):
        Frozen("a").other = 1  # type: ignore[attr-defined]
    assert not hasattr(Frozen("a"), "__dict__")
    assert Plain.size == 1
    assert (Frozen.__name__, Frozen.__qualname__, Frozen.__doc__) == ("Frozen", "Frozen", "Documented.")
    assert Frozen("a", 2).doubled == 4


def test_what_follows_construction_is_done() -> None:
    assert [Checked(1).size, Checked(2).size, Checked(3).size] == [2, 3, 4]


def test_fields_are_inherited() -> None:
    for value in (Longer("a", 2, more=4), Longer("a", 2, [], "", 4)):
        assert repr(value) == "Longer(name='a', size=2, items=[], more=4)"
        assert value == Longer("a", 2, more=4) != Longer("a", 2)
        assert value != Frozen("a", 2)
        assert replace(value, more=3) == Longer("a", 2)
    assert not hasattr(Longer("a"), "__dict__")
    assert field_names(Longer("a")) == ("name", "size", "items", "secret", "more")


def test_patterns() -> None:
    match Frozen("a", 2):
        case Frozen(name, 2):
            assert name == "a"
        case _:
            pytest.fail("no match")


def test_replacing_copying_and_sending() -> None:
    value = Frozen("a", 2, [1])
    assert replace(value, name="b") == Frozen("b", 2, [1])
    assert replace(Model("a"), size=4) == Model("a", 4)
    for same in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert (same, same.items) == (value, [1])


def test_names() -> None:
    assert field_names(Frozen("a")) == field_names(Model("a")) == ("name", "size", "items", "secret")
    assert is_record(Frozen("a"))
    assert is_record(Model("a"))
    assert not is_record("a")
