"""Help and usage as cobra prints them: what a command is for, examples, and its flags in columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gatewright.gatekeeper._gotext import quote
from gatewright.gator.flags import Flag
from gatewright.records import record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final


@record(frozen=True, slots=True)
class Page:
    """What the help of one command says, flags apart. `arguments` follow its name in the usage line."""

    short: str
    long: str = ""
    arguments: str = ""
    example: str = ""


def usage_text(name: str, page: Page, flags: Sequence[Flag], commands: Mapping[str, str] | None = None) -> str:
    """The usage of a command that does something itself; `commands` are those below it, with their descriptions."""
    lines = ["Usage:", f"  gator {name}{page.arguments} [flags]"]
    if commands:
        lines += [f"  gator {name} [command]", "", *command_lines(commands)]
    if page.example:
        lines += ["", "Examples:", page.example]
    own = Flag("help", "h", "bool", False, f"help for {name.split()[-1]}")
    lines += ["", "Flags:", *flag_lines([*flags, own])]
    if commands:
        lines += ["", f'Use "gator {name} [command] --help" for more information about a command.']
    return "\n".join(lines) + "\n"


def root_usage(commands: Mapping[str, str], *, flags: bool = True) -> str:
    """The usage of gator itself."""
    lines = ["Usage:", "  gator [command]", "", *command_lines(commands)]
    if flags:
        lines += ["", "Flags:", *flag_lines(_ROOT_FLAGS)]
    return "\n".join([*lines, "", 'Use "gator [command] --help" for more information about a command.', ""])


_ROOT_FLAGS: Final = (
    Flag("help", "h", "bool", False, "help for gator"),
    Flag("version", "v", "bool", False, "version for gator"),
)


def command_lines(commands: Mapping[str, str]) -> list[str]:
    return ["Available Commands:", *(f"  {name:<11} {short}" for name, short in sorted(commands.items()))]


def flag_lines(flags: Sequence[Flag]) -> list[str]:
    """The flags by name, their descriptions in one column."""
    rows = []
    for flag in sorted((f for f in flags if not f.ours), key=lambda f: f.name):
        short = f"-{flag.short}, " if flag.short else "    "
        kind = "" if flag.kind == "bool" else f" {_KINDS[flag.kind]}"
        rows.append((f"  {short}--{flag.name}{kind}", flag.usage + _default(flag)))
    width = max(len(left) for left, _ in rows)
    return [f"{left:<{width}}   {right}" for left, right in rows]


_KINDS: Final = {"text": "string", "list": "stringArray", "int": "int", "float": "float", "duration": "duration"}


def _default(flag: Flag) -> str:
    default: Any = flag.default
    if not default:
        return ""
    if flag.kind == "text":
        return f" (default {quote(default)})"
    return f" (default {'true' if default is True else f'{default:g}'})"


def suggestions(name: str, commands: Sequence[str]) -> list[str]:
    """The commands that a mistyped name may have meant: two edits away at most, or longer by an ending."""
    lower = name.lower()
    return [c for c in commands if _edits(lower, c) <= 2 or c.startswith(lower)]


def _edits(a: str, b: str) -> int:
    """The Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


ROOT: Final = "gator is a suite of authorship tools for Gatekeeper"

TEST: Final = Page(
    short="test evaluates resources against policies as defined by constraint templates and constraints.",
    example="""\
# test a manifest containing Kubernetes objects, Constraint Templates, and Constraints
gator test --filename="manifest.yaml"

# test a directory
gator test --filename="config-and-policies/"

# Use multiple inputs
gator test --filename="manifest.yaml" --filename="templates-and-constraints/"

# Receive input from stdin
cat manifest.yaml | gator test

# Output structured violations data
gator test --filename="manifest.yaml" --output=json""",
)

VERIFY: Final = Page(
    short="verify suites of tests on Gatekeeper Constraints",
    arguments=" path [--run=name]",
    example="""\
# Run all tests in label-tests.yaml
gator verify label-tests.yaml

# Run all tests whose names contain "forbid-labels".
gator verify tests/... --run forbid-labels//

# Run all cases whose names contain "nginx-deployment".
gator verify tests/... --run //nginx-deployment

# Run all cases whose names exactly match "nginx-deployment".
gator verify tests/... --run '//^nginx-deployment$'

# Run all cases that are either named "forbid-labels" or are
# in tests named "forbid-labels".
gator verify tests/... --run '^forbid-labels$'""",
)

EXPAND: Final = Page(
    short="expand allow for testing generator resource expansion configs by expanding a generator resource and "
    "outputting the resultant resource(s)",
    example="""\
# expand resources in a manifest
gator expand --filename="manifest.yaml"

# expand a directory
gator expand --filename="config-and-policies/"

# Use multiple inputs
gator expand --filename="manifest.yaml" --filename="templates-and-constraints/"

# Output JSON to file
gator expand --filename="manifest.yaml" --format=json --outputfile=results.yaml""",
)

SYNC: Final = Page(short="Manage SyncSets and Config")

SYNC_TEST: Final = Page(
    short="Test that the provided SyncSet(s) and/or Config contain the GVKs required by the input templates."
)

BENCH: Final = Page(
    short="Benchmark policy evaluation performance",
    long="""\
Benchmark evaluates the performance of Gatekeeper policies by running
constraint evaluation against test resources and measuring latency metrics.

This command loads ConstraintTemplates, Constraints, and Kubernetes resources
from the specified files or directories, then repeatedly evaluates the resources
against the constraints to gather performance statistics.

Supports both Rego and CEL policy engines for comparison.""",
    example="""\
# Benchmark policies with default settings (1000 iterations, cel engine)
gator bench --filename="policies/"

# Benchmark with both Rego and CEL engines
gator bench --filename="policies/" --engine=all

# Benchmark with custom iterations and warmup
gator bench --filename="policies/" --iterations=500 --warmup=50

# Benchmark with concurrent load (simulates real webhook traffic)
gator bench --filename="policies/" --concurrency=10

# Output results as JSON
gator bench --filename="policies/" --output=json

# Benchmark policies from multiple sources
gator bench --filename="templates/" --filename="constraints/" --filename="resources/"

# Benchmark from OCI image
gator bench --image="ghcr.io/example/policies:latest"

# Benchmark with memory profiling
gator bench --filename="policies/" --memory

# Save benchmark results as baseline
gator bench --filename="policies/" --save=baseline.json

# Compare against baseline (fail only if BOTH >10% regression AND >1ms absolute increase)
# This prevents false positives for fast policies where small absolute changes appear as large percentages
gator bench --filename="policies/" --compare=baseline.json --threshold=10 --min-threshold=1ms""",
)

VERSION: Final = Page(short="Prints the version")

VERSION_FLAGS: Final = (Flag("json", "", "bool", False, "print JSON instead of text"),)
