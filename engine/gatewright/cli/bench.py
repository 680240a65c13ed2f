"""`gatewright bench`: what each policy costs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    import typer


def bench(
    manifests: Annotated[list[str], typer.Argument(help="The objects to review: files, directories, or -.")],
    policy: Annotated[
        list[str] | None, typer.Option("--policy", "-p", help="Policies or the name of a set. Repeatable.")
    ] = None,
    engine: Annotated[str, typer.Option(help="For templates in both languages: cel or rego.")] = "cel",
    iterations: Annotated[int, typer.Option("--iterations", "-n", help="Rounds over all objects.")] = 100,
    warmup: Annotated[int, typer.Option(help="Rounds before measuring.")] = 3,
    format: Annotated[str, typer.Option("--format", "-f", help="table or json.")] = "table",
    save: Annotated[str, typer.Option(help="Keep the figures in this file (.json or .yaml).")] = "",
    compare: Annotated[str, typer.Option(help="Hold the figures against those of this file.")] = "",
    threshold: Annotated[float, typer.Option(help="How many per cent worse is too much.")] = 10.0,
    min_threshold: Annotated[str, typer.Option(help="The difference that counts at all, such as 1ms.")] = "0",
) -> int:
    """Measure policies: time, share and percentiles of every constraint, and what built-in functions cost.

    Exit code 0: fine; 1: worse than the baseline by more than the threshold; 2: something could not be read.

    \b
        gatewright bench -p policies/ deploy/ --save baseline.json
        gatewright bench -p policies/ deploy/ --compare baseline.json --threshold 20 --min-threshold 50us
    """
    from gatewright.errors import UsageError
    from gatewright.gator.flags import read_duration
    from gatewright.tools.bench import BenchRequest
    from gatewright.tools.bench import bench as run

    least = read_duration(min_threshold)
    if least is None or least < 0:
        raise UsageError(f"--min-threshold: {min_threshold!r} is no duration", hint="write 500us, 1ms, 1.5s")
    return run(
        BenchRequest(
            tuple(manifests),
            tuple(policy or ()),
            engine,
            iterations,
            warmup,
            format,
            save,
            compare,
            threshold,
            least,
        )
    )
