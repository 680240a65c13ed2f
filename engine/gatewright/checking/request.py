"""What a check is asked to do, and what it counted."""

from __future__ import annotations

from gatewright.records import field, record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import datetime
    from pathlib import Path
    from typing import Any

    from gatewright.checking.waivers import Waiver

DEFAULT_TIMEOUT_S = 5.0


@record(frozen=True, slots=True)
class CheckRequest:
    """The options of `gatewright check`.

    `policies` are files, directories or names of shipped sets; none means the set pss-restricted. `fail_on` are the
    enforcement actions that make the exit code 1. `jobs` 0 chooses by the size of the input.

    `also` are the formats of further reports, written to `also_outputs`. `baseline` holds fingerprints of findings that
    do not count; `recording` keeps all findings, for `baseline_out`. `own_files` are no manifests: the configuration,
    files of waivers, the baseline. `today` decides which waivers of objects are over (None: the day of the review).
    """

    policies: tuple[str, ...]
    manifests: tuple[str, ...]
    format: str = "text"
    output: Path | None = None
    exclude: tuple[str, ...] = ()
    type: str = ""
    namespace: str = "default"
    engine: str = "cel"
    enforcement_point: str = ""
    gator_compat: bool = False
    mutate: bool = True
    kubernetes_version: str = "latest"
    rules: tuple[str, ...] = ()
    exclude_rules: tuple[str, ...] = ()
    min_severity: str = ""
    actions: tuple[str, ...] = ()
    fail_on: tuple[str, ...] = ("deny",)
    jobs: int = 0
    timeout_s: float | None = DEFAULT_TIMEOUT_S
    now: str = ""
    seed: str = ""
    allow_net: tuple[str, ...] = ()
    capabilities: str = ""
    cache: bool = True
    result_cache: bool = True
    excerpts: bool = True
    progress: bool = False
    colour: bool = False
    external_data: str = ""
    also: tuple[str, ...] = ()
    also_outputs: tuple[Path, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    inline_waivers: bool = True
    today: datetime.date | None = None
    baseline: tuple[str, ...] = ()
    baseline_out: Path | None = None
    recording: bool = False
    fail_on_stale: bool = False
    own_files: tuple[str, ...] = ()
    parameters: dict[str, Any] = field(default_factory=dict)


@record(slots=True)
class Counts:
    """What was seen: objects reviewed, (object, constraint) pairs evaluated, violations by enforcement action."""

    objects: int = 0
    pairs: int = 0
    errors: int = 0
    waived: int = 0
    known: int = 0
    actions: dict[str, int] = field(default_factory=dict)

    def act(self, action: str, times: int = 1) -> None:
        """Count violations with an enforcement action."""
        self.actions[action] = self.actions.get(action, 0) + times

    def add(self, other: Counts) -> None:
        """Count what another has counted."""
        self.objects += other.objects
        self.pairs += other.pairs
        self.errors += other.errors
        self.waived += other.waived
        self.known += other.known
        for action, times in other.actions.items():
            self.act(action, times)

    @property
    def violations(self) -> int:
        return sum(self.actions.values())
