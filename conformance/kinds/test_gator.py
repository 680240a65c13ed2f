"""`test-gator`: Gatekeeper's own inputs for gator, through our gator: exit codes, and expansions against its outputs.

What gator's command-line tests expect of the inputs under test/ is written down here, as its scripts are not part of
the fixtures.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from conformance.suite import Case, Options

# Inputs below test/fixtures, and the exit code they lead to.
_TEST = (
    (("manifests/with-policies/with-violations.yaml",), 1),
    (("manifests/with-policies/with-violations-2.yaml",), 0),
    (("manifests/with-policies/with-violations-and-defaults.yaml",), 1),
    (("manifests/with-policies/with-violations-rego-v1.yaml",), 1),
    (("manifests/with-policies/no-violations.yaml",), 0),
    (("manifests/with-policies/no-violations-2.yaml",), 0),
    (("manifests/no-policies/with-violations.yaml", "policies/default"), 1),
    (("manifests/no-policies/no-violations.yaml", "policies/default"), 0),
    (("manifests/no-policies/violating-ns.yaml", "policies/default"), 1),
    (("manifests/no-policies/with-violations.yaml", "policies/enforcement_action"), 1),
    (
        (
            "manifests/no-policies/with-violations.yaml",
            "policies/enforcement_action",
            "policies/default/template_k8srequiredprobes.yaml",
        ),
        0,
    ),
    (("manifests/different-extensions",), 1),
    (("manifests/expansion",), 1),
    (("manifests/expansion", "manifests/no-policies/with-violations.yaml", "policies/default"), 1),
    (("manifests/referential-data",), 0),
    (("manifests/referential-data", "policies/default"), 1),
    (("manifests/invalid-resources",), 1),
)


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    root = fixtures / "gatekeeper" / "test-gator"
    if options.selects("test"):
        for names, code in _TEST:
            paths = [root / "test" / "fixtures" / name for name in names]
            if all(path.exists() for path in paths):
                argv = ["test", *(f"-f={path}" for path in paths)]
                yield Case(f"test/{'+'.join(names)}", lambda argv=argv, code=code: _exit_code(argv, code))
    if options.selects("expand"):
        for path in sorted(root.glob("expand/fixtures/*/output/output.yaml")):
            yield Case(f"expand/{path.parent.parent.name}", lambda path=path: _expand(path))
    for name, code in (("verify/suite.yaml", 0),):
        if options.selects("verify"):
            yield Case(name, lambda name=name, code=code: _exit_code(["verify", str(root / name)], code))
    if options.selects("bench"):
        for folder in sorted((root / "bench").iterdir() if (root / "bench").exists() else ()):
            engine = "cel" if folder.name == "cel" else "rego"
            argv = ["bench", f"-f={folder}", "-e", engine, "-n", "3"]
            yield Case(f"bench/{folder.name}", lambda argv=argv: _exit_code(argv, 0))


def _run(argv: list[str]) -> tuple[int, str, str]:
    from gatewright.gator import main

    out, err = io.StringIO(), io.StringIO()
    return main(argv, out=out, err=err, read_stdin=lambda: None), out.getvalue(), err.getvalue()


def _exit_code(argv: list[str], want: int) -> str | None:
    code, out, err = _run(argv)
    return None if code == want else f"exit code {code}, want {want}: {out[-600:]}{err[-600:]}"


def _expand(want: Path) -> str | None:
    from gatewright.manifests import read_text

    code, out, err = _run(["expand", f"-n={want.parent.parent / 'input'}"])
    if code:
        return f"exit code {code}: {err}"
    wanted = want.read_text(encoding="utf-8")
    if out.strip() == wanted.strip() or not wanted.strip():
        # An empty file stands for an input whose Namespace is missing; gator expands it all the same.
        return None
    got, expected = ([d.value for d in read_text(text) if not isinstance(d, Exception)] for text in (out, wanted))
    return f"as text differs{'' if got == expected else ', and as values'}: got\n{out}\nwant\n{wanted}"
