"""The README and the manual: their commands run, their links lead somewhere, their Python does what it says."""

from __future__ import annotations

import ast
import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from gatewright.cli import boundary

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", *(f"docs/{name}.md" for name in ("getting-started", "checking", "testing", "writing-rules"))]
ALL_PAGES = [*PAGES, "docs/python.md", "docs/commands.md", "CONTRIBUTING.md", "examples/README.md"]


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def cache_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def checkout(tmp_path, monkeypatch, cache_dir):
    """A directory that looks like the root of the checkout, to be written to."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    for name in ("library", "policies"):
        (tmp_path / name).symlink_to(ROOT / name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache_dir))
    return tmp_path


@pytest.mark.parametrize("page", PAGES)
def test_commands_run(page, checkout):
    """Those in `sh` blocks, in order; violations (1) are an answer, bad usage (2) and bugs (3) are not."""
    commands = [line for block in blocks(page, "sh") for line in block.splitlines()]
    assert commands
    for command in commands:
        name, *arguments = shlex.split(command)
        assert name == "gatewright"
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = boundary.run(arguments)
        assert code in (0, 1), f"{command}\n{err.getvalue()}"


def test_the_excerpt_of_the_readme_is_real(checkout):
    """Each line of it stands in the report, in its order."""
    (command,) = blocks("README.md", "sh")
    (excerpt,) = blocks("README.md", "text")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        boundary.run(shlex.split(command)[1:])
    report = iter(out.getvalue().splitlines())
    for line in filter(None, excerpt.splitlines()):
        assert line in report, f"not in the report, or not there: {line}"


@pytest.mark.parametrize("page", ALL_PAGES)
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        if "://" not in target:
            assert ((ROOT / page).parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_yaml_can_be_read(page):
    for block in blocks(page, "yaml"):
        assert isinstance(yaml.safe_load(block), dict)


def test_the_configuration_of_the_manual_is_one(tmp_path):
    from gatewright.checking.config import read_config

    (block,) = [block for block in blocks("docs/checking.md", "yaml") if block.startswith("policies:")]
    (tmp_path / "gatewright.yaml").write_text(block)
    config = read_config(str(tmp_path / "gatewright.yaml"))
    assert (config.kubernetes_version, config.inline_waivers, config.fail_on) == ("1.31", False, ("deny", "warn"))


def test_the_waivers_of_the_manual_are_some(tmp_path):
    from gatewright.checking.waivers import read_waivers

    (block,) = [block for block in blocks("docs/checking.md", "yaml") if block.startswith("waivers:")]
    (tmp_path / "waivers.yaml").write_text(block)
    (waiver,) = read_waivers([str(tmp_path / "waivers.yaml")])
    assert waiver.owner == "payments"


def test_python_does_what_it_says(checkout):
    names: dict[str, object] = {}
    for block in blocks("docs/python.md", "python"):
        wanted = re.findall(r"^# (.*)$", block, re.MULTILINE)
        assert _ran(block, names) == wanted, block


def _ran(block: str, names: dict[str, object]) -> list[str]:
    """What a block prints, and the value of an expression at its end."""
    tree = ast.parse(block)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(tree, "manual", "exec"), names)
        value = eval(compile(ast.Expression(last.value), "manual", "eval"), names) if last is not None else None
    return [*out.getvalue().splitlines(), *([repr(value)] if value is not None else [])]


def test_the_command_reference_is_current():
    from gatewright.cli.reference import reference

    assert (ROOT / "docs/commands.md").read_text(encoding="utf-8") == reference(), "run: gatewright docs commands"
