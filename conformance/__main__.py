"""`python -m conformance [KIND…] --fixtures ROOT`: one line a kind; exit 1 on any failure, 2 on bad usage."""

from __future__ import annotations

import argparse
import sys

from conformance.suite import KINDS, Options, fixtures_root, run


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m conformance", description=__doc__)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help=", ".join(KINDS))
    parser.add_argument("--fixtures", metavar="ROOT", help="default: GATEWRIGHT_FIXTURES, else ../shared/fixtures")
    parser.add_argument("--engine", choices=("rego", "cel"), default="rego", help="for dual-engine templates")
    parser.add_argument("--category", default="*", metavar="GLOB", help="only the cases of these categories")
    parser.add_argument("--show", type=int, default=10, metavar="N", help="failures to show of each kind")
    options = parser.parse_args(argv)
    unknown = [kind for kind in options.kinds if kind not in KINDS]
    if unknown:
        parser.error(f"unknown kind {unknown[0]!r}; there are {', '.join(KINDS)}")
    root = fixtures_root(options.fixtures)
    if root is None:
        parser.error("no fixtures found: give --fixtures ROOT or set GATEWRIGHT_FIXTURES")
    ok = True
    for kind in options.kinds or KINDS:
        tally = run(root, Options(kind, options.engine, options.category))
        ok &= tally.ok
        for case, problem in (tally.failures or [])[: options.show]:
            print(f"FAILED {kind} {case}: {problem}")
        for case in tally.stale or ():
            print(f"STALE {kind} {case}: listed as a known failure, but it passes")
        print(tally.line(), flush=True)
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
