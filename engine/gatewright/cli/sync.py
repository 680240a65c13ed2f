"""`gatewright sync test`: whether the data that referential policies need is synced."""

from __future__ import annotations

from gatewright.cli._quick import Group

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    import typer


def sync_test(
    paths: Annotated[list[str], typer.Argument(help="Templates, SyncSets, Config and GVKManifests.")],
    without_manifest: Annotated[
        bool,
        typer.Option("--without-manifest", help="Do not ask what the cluster serves, when no GVKManifest says it."),
    ] = False,
) -> int:
    """Check that SyncSets and Config cover what templates say they read in `metadata.gatekeeper.sh/requires-sync-data`.

    Exit code 0: covered; 1: data is missing; 2: something could not be read.

    \b
        gatewright sync test policies/ config/ --without-manifest
    """
    import io
    import sys

    from gatewright.gator.console import CobraError, Console, Fatal
    from gatewright.gator.sync import Unmet, run

    shown, said = io.StringIO(), io.StringIO()
    console = Console(shown, said, lambda: None)
    flags = {"filename": paths, "image": [], "force-omit-gvk-manifest": without_manifest, "tempdir": ""}
    try:
        return run(flags, console)
    except (Fatal, CobraError) as error:
        sys.stderr.write(f"{error}\n")
        return 1 if isinstance(error, Unmet) else 2
    finally:
        # Constraints and other objects beside the policies are no news.
        for text, stream in ((shown.getvalue(), sys.stdout), (said.getvalue(), sys.stderr)):
            lines = text.splitlines(keepends=True)
            stream.write("".join(line for line in lines if not line.startswith("skipping unstructured")))


sync = Group("Check the data that referential policies need.", {"test": sync_test})
