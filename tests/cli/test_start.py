"""What a command imports: nothing it does not use. Each module below has once been imported and was not used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import CONSTRAINT, POLICY

OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"
OWNED = f"{OBJECT}  labels:\n    owner: me\n"

CEL = """\
apiVersion: templates.gatekeeper.sh/v1
kind: ConstraintTemplate
metadata:
  name: needowner
spec:
  crd:
    spec:
      names:
        kind: NeedOwner
  targets:
    - target: admission.k8s.gatekeeper.sh
      code:
        - engine: K8sNativeValidation
          source:
            validations:
              - expression: "has(object.metadata.labels) && object.metadata.labels.owner.startsWith('m')"
                messageExpression: "'no owner of ' + object.metadata.name"
"""

# Each of these takes as long to import as several objects take to check.
HEAVY = (
    "argparse",
    "ast",
    "click",
    "contextlib",
    "cryptography",
    "dataclasses",
    "datetime",
    "decimal",
    "hashlib",
    "importlib",
    "inspect",
    "json",
    "jsonschema",
    "lark",
    "logging",
    "multiprocessing",
    "orjson",
    "pathlib",
    "pathspec",
    "random",
    "re2",
    "ryml",
    "shutil",
    "subprocess",
    "tempfile",
    "threading",
    "typer",
    "typing",
    "urllib",
    "uuid",
    "yaml",
)
# What only reading, checking and compiling policies needs, or manifests out of the ordinary.
OURS = (
    "gatewright.analysis",
    "gatewright.catalog",
    "gatewright.cel",
    "gatewright.checking.baseline",
    "gatewright.checking.placing",
    "gatewright.checking.pool",
    "gatewright.codegen.unit",
    "gatewright.gatekeeper._decode",
    "gatewright.gatekeeper._names",
    "gatewright.gatekeeper.expander",
    "gatewright.gatekeeper.providers",
    "gatewright.gatekeeper.reading",
    "gatewright.gatekeeper.schema",
    "gatewright.loading",
    "gatewright.manifests._compose",
    "gatewright.manifests._json_places",
    "gatewright.manifests._marks",
    "gatewright.readers",
    "gatewright.runtime.json",
    "gatewright.syntax",
)
# What a CEL policy needs, and what only compiling one does.
CEL_NEEDS = ("gatewright.cel", "gatewright.gatekeeper._decode", "gatewright.gatekeeper.reading")
CEL_FRONT = ("gatewright.cel.checker", "gatewright.cel.codegen", "gatewright.cel.parser", "gatewright.cel._recovery")
# What only an evaluation needs.
EVALUATING = (
    "gatewright.checking.evaluate",
    "gatewright.checking.loaded",
    "gatewright.checking.policies",
    "gatewright.checking.policy_sets",
    "gatewright.compiler",
    "gatewright.gatekeeper",
    "gatewright.manifests._documents",
    "gatewright.manifests._fast",
    "gatewright.runtime",
)

RUN = """
import sys
before = set(sys.modules)
from gatewright.__main__ import _run
_run(sys.argv[1:])
print(*sorted(set(sys.modules) - before), sep="\\n", file=sys.stderr)
"""


@pytest.fixture
def imported(tmp_path: Path):
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "policy.yaml").write_text(POLICY)
    (tmp_path / "policies" / "constraint.yaml").write_text(CONSTRAINT)
    (tmp_path / "object.yaml").write_text(OWNED)
    (tmp_path / "bad.yaml").write_text(OBJECT)
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path / "cache")}

    def run(*arguments: str) -> set[str]:
        """The modules that a command imports, once it has been run before."""
        command = [sys.executable, "-c", RUN, *arguments]
        for _ in range(3):
            done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return set(done.stderr.split())

    return run


def among(modules: set[str], unwanted: tuple[str, ...]) -> set[str]:
    return {name for name in modules if any(name == one or name.startswith(f"{one}.") for one in unwanted)}


def test_the_version_loads_nothing(imported):
    assert {name for name in imported("--version") if name.startswith("gatewright")} == {
        "gatewright",
        "gatewright.__main__",
        "gatewright._version",
    }


@pytest.mark.parametrize("options", [(), ("-f", "json"), ("--gator-compat",), ("-f", "json", "bad.yaml")])
def test_a_check_of_known_policies_loads_what_it_evaluates_with(imported, options):
    modules = imported("check", "-p", "policies", "--no-result-cache", *options, "object.yaml")
    assert "gatewright.gatekeeper.host" in modules
    assert not among(modules, HEAVY + OURS)


def test_workers_need_no_more(imported, tmp_path):
    (tmp_path / "space.yaml").write_text("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n")
    modules = imported("check", "-p", "policies", "--no-result-cache", "-j", "2", "object.yaml", "space.yaml")
    needed = ("gatewright.checking.pool", "gatewright.gatekeeper._decode", "gatewright.gatekeeper._names",
              "gatewright.gatekeeper.reading")  # fmt: skip
    assert "gatewright.checking.pool" in modules
    assert not among(modules, HEAVY + tuple(name for name in OURS if name not in needed))


@pytest.mark.parametrize("options", [(), ("-f", "json", "bad.yaml")])
def test_the_same_holds_for_cel(imported, tmp_path, options):
    (tmp_path / "policies" / "policy.yaml").write_text(CEL)
    modules = imported("check", "-p", "policies", "--no-result-cache", *options, "object.yaml")
    assert "gatewright.cel.driver" in modules
    assert not among(modules, HEAVY + tuple(name for name in OURS if name not in CEL_NEEDS))
    assert not among(modules, CEL_FRONT)


@pytest.mark.parametrize("options", [(), ("-f", "json"), ("-f", "json", "bad.yaml")])
def test_an_answer_that_is_known_evaluates_nothing(imported, options):
    modules = imported("check", "-p", "policies", *options, "object.yaml")
    assert "gatewright.checking.recall" in modules
    assert not among(modules, HEAVY + OURS + EVALUATING)


def test_gators_flags_are_read_without_typer(imported):
    assert not among(imported("gator", "version"), ("click", "dataclasses", "rich", "typer", "typing"))


@pytest.mark.parametrize(
    "line",
    [
        "build policies/policy.yaml",
        "docs rbac",
        "eval 1+1",
        "explain-match -p policies object.yaml",
        "fmt shop.rego",
        "mutate -p policies object.yaml",
        "rules",
        "rules show pod/privileged",
        "test shop.rego",
    ],
)
def test_no_command_that_is_plainly_right_loads_typer(imported, tmp_path, line):
    (tmp_path / "shop.rego").write_text("package shop\n\ntest_it if 1 < 2\n")
    assert not among(imported(*line.split()), ("click", "pydantic", "typer"))


def test_a_query_that_is_known_compiles_nothing(imported, tmp_path):
    (tmp_path / "shop.rego").write_text('package shop\n\ndeny contains "none" if not input.x\n')
    (tmp_path / "input.json").write_text('{"y": 1.5}')
    modules = imported("eval", "-d", "shop.rego", "-i", "input.json", "x := data.shop.deny; 1 + 1")
    assert "gatewright.querying" in modules
    compiling = ("gatewright.analysis", "gatewright.codegen.unit", "gatewright.syntax", "tarfile", "fnmatch")
    assert not among(modules, tuple(name for name in HEAVY if name != "json") + compiling)


def test_tests_that_passed_before_are_not_compiled_again(imported, tmp_path):
    (tmp_path / "shop_test.rego").write_text("package shop\n\ntest_it if data.limit > 1\n")
    (tmp_path / "limit.json").write_text('{"limit": 2}')
    modules = imported("test", ".")
    assert "gatewright.harness" in modules
    unused = ("json", "pathlib", "urllib")
    compiling = ("gatewright.analysis", "gatewright.codegen.unit", "gatewright.gatekeeper", "gatewright.syntax", "xml")
    assert not among(modules, tuple(name for name in HEAVY if name not in unused) + compiling)
