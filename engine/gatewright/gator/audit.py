"""`gator test`: every object against the policies among them, and the results as gator prints them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from gatewright.errors import ConstraintError, ExpansionError, GatewrightError, MutationError, TemplateError
from gatewright.gatekeeper import kube
from gatewright.gatekeeper._gotext import json_indented, quote
from gatewright.gatekeeper.constraint import is_constraint
from gatewright.gatekeeper.expander import Expander, load_expander
from gatewright.gatekeeper.host import GATOR_TEST, Host, Result
from gatewright.gatekeeper.reading.template import convert_template
from gatewright.gatekeeper.stats import StatsHost
from gatewright.gatekeeper.template import TARGET, is_template
from gatewright.gator.console import Console, Fatal
from gatewright.gator.flags import EXTERNAL_DATA, FAILURE_POLICY, IMAGE, RESOURCES, TEMPDIR, VERBOSE, Flag
from gatewright.gator.goyaml import Flow, InFlow, Ordered, dump_v3
from gatewright.gator.sources import providers, read_sources, worded
from gatewright.records import record
from gatewright.runtime.numbers import number_text
from gatewright.runtime.values import NumberText

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

FLAGS: Final = (
    Flag("filename", "f", "list", usage=RESOURCES),
    Flag("output", "o", usage="Output format.  One of: json|yaml."),
    Flag("trace", "t", "bool", False, "include a trace for the underlying Constraint Framework evaluation."),
    Flag("stats", "", "bool", False, "include performance stats returned from the Constraint Framework."),
    Flag("enable-k8s-native-validation", "", "bool", True, "enable the validating admission policy driver"),
    FAILURE_POLICY,
    IMAGE,
    TEMPDIR,
    Flag("deny-only", "", "bool", False, "output only denied constraints"),
    VERBOSE,
    EXTERNAL_DATA,
)

_PRINT_LIMIT: Final = 1 << 20


@record(frozen=True, slots=True)
class Found:
    """A result with the object that it is about, and the trace of everything, if there is one."""

    result: Result
    object: kube.Object
    trace: str | None = None

    @property
    def denies(self) -> bool:
        return self.result.enforcement_action == "deny" or "deny" in self.result.scoped_actions


class PrintBuffer:
    """What policies print, up to a megabyte."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._left = _PRINT_LIMIT
        self._truncated = False

    def write(self, text: str, location: object = None) -> None:
        line = f"{text}\n"
        self._truncated |= len(line) > self._left
        self._parts.append(line[: max(0, self._left)])
        self._left -= len(line)

    def text(self) -> str:
        note = "\n... additional print output truncated ...\n" if self._truncated else ""
        return "".join(self._parts) + note


def run(flags: dict[str, Any], console: Console) -> int:
    policy = check_failure_policy(flags)
    objects = read_sources(flags, console)
    if not objects:
        raise Fatal("no input data identified")
    printed = PrintBuffer()
    host = _host(flags, policy, printed)
    try:
        found = audit(host, objects)
    except Fatal as error:
        raise Fatal(f"auditing objects: {error}") from error
    shown = [f for f in found if f.denies] if flags["deny-only"] else found
    stats = host.stats if isinstance(host, StatsHost) else None
    console.out.write(format_results(flags["output"], shown, stats))
    if printed.text():
        console.out.write(f"\n{printed.text()}\n")
    return 1 if any(f.denies for f in found) else 0


def check_failure_policy(flags: dict[str, Any]) -> str:
    policy: str = flags["default-k8s-native-validation-failure-policy"]
    if policy not in ("Fail", "Ignore"):
        what = f"invalid failure policy: unrecognized failure policy: {policy}"
        raise Fatal(f"invalid default K8sNativeValidation failure policy: {what}")
    return policy


def _host(flags: dict[str, Any], policy: str, printed: PrintBuffer) -> Host:
    from gatewright.runtime.context import EvalOptions

    verbose = flags["verbose"]
    return _kind_of_host(flags)(
        engine="cel" if flags["enable-k8s-native-validation"] else "rego",
        semantics=GATOR_TEST,
        failure_policy=policy,
        print_enabled=verbose,
        eval_options=EvalOptions(print_sink=printed.write) if verbose else None,
        external_data=providers(flags["external-data"]),
    )


def _kind_of_host(flags: dict[str, Any]) -> type[Host]:
    if not flags["trace"]:
        return StatsHost if flags["stats"] else Host
    from gatewright.gatekeeper.traced import TracingHost, TracingStatsHost

    return TracingStatsHost if flags["stats"] else TracingHost


def audit(host: Host, objects: Sequence[kube.Object]) -> list[Found]:
    """The results for all objects, sorted as gator sorts them; Fatal at the first thing that is refused."""
    _load(host, objects)
    found: list[Found] = []
    traces: list[str] = []
    for obj in objects:
        try:
            results = host.results(obj)
        except (ExpansionError, MutationError) as error:
            raise Fatal(f"expanding resource {kube.name_of(obj)}: {error.message}") from error
        except GatewrightError as error:
            what = f"reviewing {kube.gvk_of(obj)} {kube.namespace_of(obj)}/{kube.name_of(obj)}"
            # Gatekeeper's maps of errors end every entry with a line end, and these are two of them.
            raise Fatal(f"{what}: {error.message}\n\n") from error
        if results:
            shown = _mutated(host, obj)
            found += [Found(result, shown) for result in results]
        trace = _trace_of(host)
        if trace is not None:
            traces.append(f"\n\n{trace}")
    if traces:
        # Every result is given the trace of all objects.
        whole = "".join(traces)
        found = [Found(f.result, f.object, whole) for f in found]
    found.sort(key=lambda f: (f.result.enforcement_action, f.result.message))
    return found


def _trace_of(host: Host) -> str | None:
    take: Callable[[], str | None] | None = getattr(host, "take_trace", None)
    return None if take is None else take()


def _mutated(host: Host, obj: kube.Object) -> kube.Object:
    """The object as gator shows it: mutated, though it was reviewed before that."""
    if host.expander is None:
        return obj
    return host.expander.mutated(obj, host.surroundings.namespace_of(obj))


def _load(host: Host, objects: Sequence[kube.Object]) -> None:
    for obj in filter(is_template, objects):
        name = quote(kube.name_of(obj))
        try:
            worded(convert_template, obj)
        except TemplateError as error:
            raise Fatal(f"converting unstructured {name} to template: {error.message}") from error
        try:
            worded(host.add_template, obj)
        except TemplateError as error:
            raise Fatal(f"adding template {name}: {error.message}") from error
    for obj in filter(is_constraint, objects):
        try:
            worded(host.add_constraint, obj)
        except ConstraintError as error:
            raise Fatal(f"adding constraint {quote(kube.name_of(obj))}: {error.message}") from error
    # Expansion templates and mutators come last, together.
    host.use_expander(Expander())
    for obj in objects:
        try:
            worded(host.add_data, obj)
        except GatewrightError as error:
            gvk = quote(str(kube.gvk_of(obj)))
            raise Fatal(f"adding data of GVK {gvk}: {TARGET}: {error.message}\n") from error
    try:
        host.use_expander(worded(partial(load_expander, provider=host.external_data), objects))
    except GatewrightError as error:
        raise Fatal(f"error creating expander: {error.message}") from error


# --- output ------------------------------------------------------------------------------------------------------


def format_results(form: str, found: Sequence[Found], stats: Sequence[dict[str, Any]] | None = None) -> str:
    """The results as `-o` asks: json, yaml, or text for everything else; `default` is gator's word for nothing."""
    match form.lower():
        case "json":
            rows: Any = [_json_row(f) for f in found] or None
            return json_indented(
                rows if stats is None else {"results": rows, "stats": list(stats)}, "    ", sort_keys=False
            )
        case "yaml":
            rows = [_yaml_row(f) for f in found]
            # What follows a result's trace is written on one line: its flow mark hits the next collection.
            rows[1:] = map(Flow, rows[1:])
            if stats is None:
                return dump_v3(rows)
            return dump_v3(Ordered(results=rows, stats=[_yaml_stats(entry) for entry in stats]))
        case "default":
            return ""
        case _:
            return "".join(map(_text_row, found))


def _yaml_stats(entry: dict[str, Any]) -> Ordered:
    stats = [
        Ordered(name=s["name"], value=kube.as_floats(s["value"]), source=Ordered(**s["source"])) for s in entry["stats"]
    ]
    labels = [Ordered(name=label["name"], value=label["value"]) for label in entry["labels"]]
    return Ordered(scope=entry["scope"], statsfor=entry["statsFor"], stats=stats, labels=labels)


def _text_row(found: Found) -> str:
    obj, namespace = found.object, kube.namespace_of(found.object)
    place = f"{namespace}/{kube.name_of(obj)}" if namespace else kube.name_of(obj)
    who = f"{_text_field(obj, 'apiVersion')}/{_text_field(obj, 'kind')} {place}"
    line = f"{who}: [{quote(found.result.constraint.name)}] Message: {quote(found.result.message)}\n"
    return line if found.trace is None else f"{line}Trace: {found.trace}"


def _text_field(obj: kube.Object, name: str) -> str:
    value = obj.get(name)
    return value if isinstance(value, str) else ""


def _json_row(found: Found) -> dict[str, Any]:
    result = found.result
    row: dict[str, Any] = {"target": TARGET}
    if result.message:
        row["msg"] = result.message
    if result.has_details:
        row["metadata"] = {"details": _as_written(_sorted(result.details))}
    row["constraint"] = _sorted(result.constraint.document)
    row["enforcementAction"] = result.enforcement_action
    if result.scoped_actions:
        row["scopedActions"] = list(result.scoped_actions)
    row["violatingObject"] = _sorted(found.object)
    row["trace"] = found.trace
    return row


def _as_written(value: Any) -> Any:
    """A copy of a Rego value with the numbers in Rego's texts, which need not be those of JSON."""
    if isinstance(value, dict):
        return {k: _as_written(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_as_written(v) for v in value]
    return NumberText(number_text(value)) if isinstance(value, float) else value


def _sorted(value: Any) -> Any:
    """A copy with sorted keys: the fields of results have an order of their own, the objects in them do not."""
    if isinstance(value, dict):
        return {k: _sorted(value[k]) for k in sorted(value)}
    if isinstance(value, list):
        return [_sorted(v) for v in value]
    return value


def _yaml_row(found: Found) -> Any:
    # On its way gator turns all numbers but the constraint's into floats.
    result = found.result
    return Ordered(
        result=Ordered(
            target=TARGET,
            msg=result.message,
            metadata={"details": kube.as_floats(result.details)} if result.has_details else {},
            constraint={"object": _with_integers(result.constraint.document)},
            enforcementaction=result.enforcement_action,
            scopedenforcementactions=list(result.scoped_actions),
        ),
        violatingObject=kube.as_floats(found.object),
        trace=None if found.trace is None else InFlow(found.trace),
    )


def _with_integers(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _with_integers(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_with_integers(v) for v in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


__all__ = ["FLAGS", "Found", "PrintBuffer", "audit", "check_failure_policy", "format_results", "run"]
