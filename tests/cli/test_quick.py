"""The quick reading of a command line and typer's agree, for all commands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest

from gatewright.cli import _quick, _typer
from gatewright.cli._quick import Group, quick
from gatewright.cli.app import COMMANDS

PLAIN = [
    "check deploy/",
    "check - deploy/ more.yaml",
    "check -p policies deploy",
    "check deploy -p policies -p pss-baseline --policy=more",
    "check --policy more --format json --output report.json deploy",
    "check -f sarif -o out.sarif deploy",
    "check --exclude a --exclude=b --rule x --exclude-rule y --min-severity high deploy",
    "check --kubernetes-version 1.31 --deny-only --fail-on warn --fail-on deny deploy",
    "check --engine rego --enforcement-point audit.gatekeeper.sh --gator-compat deploy",
    "check -j 2 --timeout 1.5 --no-excerpt --no-cache deploy",
    "check --jobs=0 --timeout 0 --no-result-cache -n shop deploy",
    "check --type kubernetes --external-data answers.yaml deploy",
    "check --format= deploy",
    "check -f text -f json -o report.json deploy",
    "check -j 1 -j 2 deploy",
    "eval data.x -d policy -i pod.json",
    "eval --stdin --fail",
    "fmt",
    "fmt -",
    "fmt a.rego b.rego --fail --drop-v0-imports --v0-compatible",
    "new rule pod/x -d library",
    "export pss-restricted --legacy",
    "bench -n 5 --threshold 7.5 deploy",
    "crosscheck --query data.x",
    "rules",
    "rules list --family rbac",
    "rules search host network",
    "sync test policies --without-manifest",
]
LEFT = [
    "check",
    "check --help",
    "check -p policies",
    "check deploy --unknown",
    "check deploy --format",
    "check deploy --jobs two",
    "check deploy --jobs=-1",
    "check deploy --deny-only=yes",
    "check -pj deploy",
    "check -- deploy",
    "check deploy --output --deny-only",
    "eval data.x data.y",
    "export pss-restricted --no-legacy",
    "new rule",
    "rules --family rbac",
    "rules none",
    "sync",
    "sync --help",
]


def target_of(name: str) -> Any:
    module, function, _ = COMMANDS[name]
    return getattr(import_module(f"gatewright.cli.{module}"), function)


def functions() -> Iterator[tuple[str, Any]]:
    """The functions behind all commands that typer reads, each with the words that ask for it."""
    for name in COMMANDS:
        target = target_of(name)
        if isinstance(target, Group):
            yield from ((f"{name} {below}", function) for below, function in target.commands.items())
        elif name != "gator":
            yield name, target


def by_typer(monkeypatch: pytest.MonkeyPatch, line: str) -> tuple[str, dict[str, Any]]:
    """The function that typer calls for a command line, and with what."""
    name, *rest = line.split()
    called: list[tuple[str, dict[str, Any]]] = []
    resolved = _typer.resolved

    def recording(function: Any) -> Any:
        def called_instead(**options: Any) -> int:
            called.append((function.__name__, options))
            return 0

        called_instead.__signature__ = inspect.signature(resolved(function))  # type: ignore[attr-defined]
        called_instead.__annotations__ = resolved(function).__annotations__
        return called_instead

    target = target_of(name)
    if isinstance(target, Group) and target.default is not None:
        default = target.default
        target = _quick.Group(target.help, target.commands, lambda: recording(default)())
    monkeypatch.setattr(_typer, "resolved", recording)
    assert _typer.run(name, target, rest) == 0
    (call,) = called
    return call


def quickly(line: str) -> tuple[str, dict[str, Any]] | None:
    name, *rest = line.split()
    found = quick(target_of(name), rest)
    return None if found is None else (found[0].__name__, found[1])


def defaults_of(name: str) -> dict[str, Any]:
    function = next(each for _, each in functions() if each.__name__ == name)
    parameters = inspect.signature(function).parameters.values()
    return {each.name: each.default for each in parameters if each.default is not inspect.Parameter.empty}


@pytest.mark.parametrize("line", PLAIN)
def test_agrees_with_typer(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    found = quickly(line)
    assert found is not None
    name, options = found
    called, theirs = by_typer(monkeypatch, line)
    defaults = defaults_of(name)
    assert name == called
    given = {key: value for key, value in theirs.items() if value not in ([], ())}  # lists that are not given
    assert {**defaults, **options} == {**defaults, **given}


@pytest.mark.parametrize("line", LEFT)
def test_leaves_the_rest_to_typer(line: str) -> None:
    assert quickly(line) is None


VALUES = {str: "x", int: "3", float: "2.5", Path: "p"}


def lines() -> Iterator[str]:
    """For each option of each command, by each of its names, a line that gives it."""
    for words, function in functions():
        arguments, options = [], []
        for name, parameter in inspect.signature(_typer.resolved(function)).parameters.items():
            wanted, about = get_args(parameter.annotation)[:2]
            parts = [part for part in get_args(wanted) or (wanted,) if part is not type(None)]
            kind = get_args(parts[0])[0] if get_origin(parts[0]) is list else parts[0]
            if type(about).__name__ == "ArgumentInfo":
                if parameter.default is inspect.Parameter.empty:
                    arguments.append("x")
                continue
            given = [each for each in (about.default, *(about.param_decls or ())) if isinstance(each, str)]
            for option in given or ["--" + name.replace("_", "-")]:
                options.append(option if kind is bool else f"{option} {VALUES[kind]}")
        yield from (" ".join((words, *arguments, option)) for option in options)


@pytest.mark.parametrize("line", list(lines()))
def test_knows_every_option(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    test_agrees_with_typer(monkeypatch, line)
