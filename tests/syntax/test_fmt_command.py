"""`gatewright fmt`: files, templates in place, exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.cli.fmt import fmt
from gatewright.errors import ManifestError, RegoErrors, UsageError
from gatewright.syntax.template_format import find_rego, format_templates

TEMPLATE = """\
# kept as it is
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: k8sx,   annotations: {}}
spec:
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package k8sx   # why
        violation[{"msg": msg}] {
          msg := "x"
        }

      libs:
        - |
          package lib.x
          f(x) = y { y:=x }
    - target: other
      code:
        - engine: Rego
          source:
            version: "v1"
            rego: |-
              package k8sx
              violation contains {"msg": "x"} if   input.x
---
kind: ConfigMap
data:
  rego: |
    package  not.ours
"""

FORMATTED = """\
# kept as it is
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata: {name: k8sx,   annotations: {}}
spec:
  targets:
    - target: admission.k8s.gatekeeper.sh
      rego: |
        package k8sx # why

        violation[{"msg": msg}] {
        \tmsg := "x"
        }

      libs:
        - |
          package lib.x

          f(x) = y {
          \ty := x
          }
    - target: other
      code:
        - engine: Rego
          source:
            version: "v1"
            rego: |-
              package k8sx

              violation contains {"msg": "x"} if input.x
---
kind: ConfigMap
data:
  rego: |
    package  not.ours
"""


def test_only_rego_lines_of_templates_change() -> None:
    assert format_templates(TEMPLATE) == FORMATTED
    assert format_templates(FORMATTED) == FORMATTED


def test_line_ends_are_kept() -> None:
    assert format_templates(TEMPLATE.replace("\n", "\r\n")) == FORMATTED.replace("\n", "\r\n")


def test_blocks_are_found_with_their_dialect() -> None:
    assert [(b.start, b.indent, b.rego_version) for b in find_rego(TEMPLATE)] == [
        (8, 8, "v0"), (15, 10, "v0"), (23, 14, "v1"),
    ]  # fmt: skip


def test_errors_are_placed_in_the_yaml() -> None:
    with pytest.raises(RegoErrors) as raised:
        format_templates(TEMPLATE.replace("msg := ", "msg :: "), file="t.yaml")
    place = raised.value.errors[0].location
    assert (place.file, place.row) == ("t.yaml", 11)
    with pytest.raises(RegoErrors) as raised:
        format_templates(TEMPLATE.replace('msg := "x"', 'msg := ["x"'), file="t.yaml")
    error = raised.value.errors[0]
    assert error.hint == "`[` at 11:18 is not closed before `}`"
    assert (error.hint_location.file, error.hint_location.row) == ("t.yaml", 11)
    with pytest.raises(ManifestError):
        format_templates("kind: ConstraintTemplate\na: [")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good.rego").write_text("package a\n\np := 1\n")
    (tmp_path / "poor.rego").write_text("package a\np:=1\n")
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "other.yaml").write_text("a:   1\n")
    return tmp_path


def test_check_names_what_would_change(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt([folder], check=True) == 1
    names = [Path(line).name for line in capsys.readouterr().out.split()]
    assert names == ["poor.rego", "template.yaml"]
    assert (folder / "poor.rego").read_text() == "package a\np:=1\n"
    assert fmt([folder / "good.rego"], check=True) == 0


def test_write_then_check_is_clean(folder: Path) -> None:
    assert fmt([folder], write=True) == 0
    assert fmt([folder], check=True) == 0
    assert (folder / "template.yaml").read_text() == FORMATTED
    assert (folder / "other.yaml").read_text() == "a:   1\n"


def test_diff_and_plain_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert fmt([folder / "poor.rego"], diff=True) == 0
    assert "-p:=1\n+\n+p := 1\n" in capsys.readouterr().out
    assert fmt([folder / "poor.rego"]) == 0
    assert capsys.readouterr().out == "package a\n\np := 1\n"


def test_migration(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "old.rego").write_text("package a\np[x] { x = 1 }\n")
    assert fmt([folder / "old.rego"], rego_version="v0", to="v1") == 0
    assert "p contains x if x = 1" in capsys.readouterr().out


def test_flags_of_opa(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old = folder / "old.rego"
    old.write_text("package a\np[x] { x = 1 }\n")
    assert fmt([old], v0_v1=True) == 0
    assert capsys.readouterr().out == "package a\n\nimport rego.v1\n\np contains x if x = 1\n"
    assert fmt([old], v0_compatible=True) == 0
    assert capsys.readouterr().out == "package a\n\np[x] {\n\tx = 1\n}\n"
    assert fmt([folder / "good.rego"], v0_v1=True, v1_compatible=True) == 0
    assert capsys.readouterr().out == "package a\n\nimport rego.v1\n\np := 1\n"
    assert fmt([folder], list_=True, v0_compatible=True) == 0
    names = [Path(line).name for line in capsys.readouterr().out.split()]
    assert names == ["old.rego", "poor.rego", "template.yaml"]
    with pytest.raises(UsageError):
        fmt([old], v0_v1=True, to="v1")


def test_bad_input_is_two(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "bad.rego").write_text("package a\np := [1\n")
    assert fmt([folder / "bad.rego"]) == 2
    shown = capsys.readouterr().err
    assert "bad.rego:3:0: rego_parse_error" in shown
    assert "  hint: `[` at 2:6 is never closed\n  2 | p := [1\n    |      ^\n" in shown
    assert fmt([folder / "missing.rego"]) == 2
    with pytest.raises(UsageError):
        fmt([folder], to="v3")
    with pytest.raises(UsageError):
        fmt([folder], rego_version="v9")
