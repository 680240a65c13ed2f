"""The functions of Kubernetes' CEL environment, by name; modules load when an expression first needs one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gatewright import lazily
from gatewright.cel import nodes as ast
from gatewright.cel.types import DYN, Type

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

# CEL's name of a function, the module that holds it, its name there.
_WHERE: Final[dict[str, tuple[str, str]]] = {
    "@find": ("regex", "find_constant"),
    "@findAll": ("regex", "find_all_constant"),
    "@ip": ("net", "cidr_ip"),
    "@matches": ("regex", "matches_constant"),
    "@sortByAssociatedKeys": ("lists", "sort_by_keys"),
    "add": ("quantity", "add"),
    "asApproximateFloat": ("quantity", "as_float"),
    "asInteger": ("quantity", "as_integer"),
    "bool": ("numbers", "to_bool"),
    "bytes": ("numbers", "to_bytes"),
    "charAt": ("strings", "char_at"),
    "cidr": ("net", "cidr"),
    "compareTo": ("quantity", "compare_to"),
    "contains": ("strings", "contains"),
    "containsCIDR": ("net", "contains_cidr"),
    "containsIP": ("net", "contains_ip"),
    "distinct": ("lists", "distinct"),
    "double": ("numbers", "to_double"),
    "duration": ("times", "to_duration"),
    "endsWith": ("strings", "ends_with"),
    "family": ("net", "family"),
    "find": ("regex", "find"),
    "findAll": ("regex", "find_all"),
    "first": ("lists", "first"),
    "flatten": ("lists", "flatten"),
    "format": ("formatting", "format_string"),
    "format.named": ("formats", "named"),
    "getDate": ("times", "get_date"),
    "getDayOfMonth": ("times", "get_day_of_month"),
    "getDayOfWeek": ("times", "get_day_of_week"),
    "getDayOfYear": ("times", "get_day_of_year"),
    "getEscapedPath": ("urls", "get_escaped_path"),
    "getFullYear": ("times", "get_full_year"),
    "getHost": ("urls", "get_host"),
    "getHostname": ("urls", "get_hostname"),
    "getHours": ("times", "get_hours"),
    "getMilliseconds": ("times", "get_milliseconds"),
    "getMinutes": ("times", "get_minutes"),
    "getMonth": ("times", "get_month"),
    "getPort": ("urls", "get_port"),
    "getQuery": ("urls", "get_query"),
    "getScheme": ("urls", "get_scheme"),
    "getSeconds": ("times", "get_seconds"),
    "hasValue": ("optionals", "has_value"),
    "indexOf": ("strings", "index_of"),
    "int": ("numbers", "to_int"),
    "ip": ("net", "ip"),
    "ip.isCanonical": ("net", "is_canonical"),
    "isCIDR": ("net", "is_cidr"),
    "isGlobalUnicast": ("net", "is_global_unicast"),
    "isGreaterThan": ("quantity", "is_greater_than"),
    "isIP": ("net", "is_ip"),
    "isInteger": ("quantity", "is_integer"),
    "isLessThan": ("quantity", "is_less_than"),
    "isLinkLocalMulticast": ("net", "is_link_local_multicast"),
    "isLinkLocalUnicast": ("net", "is_link_local_unicast"),
    "isLoopback": ("net", "is_loopback"),
    "isQuantity": ("quantity", "is_quantity"),
    "isSemver": ("semver", "is_semver"),
    "isSorted": ("lists", "is_sorted"),
    "isURL": ("urls", "is_url"),
    "isUnspecified": ("net", "is_unspecified"),
    "join": ("strings", "join"),
    "last": ("lists", "last"),
    "lastIndexOf": ("strings", "last_index_of"),
    "lists.range": ("lists", "range_"),
    "lowerAscii": ("strings", "lower_ascii"),
    "major": ("semver", "major"),
    "masked": ("net", "masked"),
    "matches": ("regex", "matches"),
    "max": ("lists", "maximum"),
    "min": ("lists", "minimum"),
    "minor": ("semver", "minor"),
    "optional.none": ("optionals", "none"),
    "optional.of": ("optionals", "of"),
    "optional.ofNonZeroValue": ("optionals", "of_non_zero"),
    "optional.unwrap": ("optionals", "unwrap"),
    "or": ("optionals", "or_"),
    "orValue": ("optionals", "or_value"),
    "patch": ("semver", "patch"),
    "prefixLength": ("net", "prefix_length"),
    "quantity": ("quantity", "quantity"),
    "replace": ("strings", "replace"),
    "reverse": ("lists", "reverse"),
    "semver": ("semver", "semver"),
    "sets.contains": ("lists", "sets_contains"),
    "sets.equivalent": ("lists", "sets_equivalent"),
    "sets.intersects": ("lists", "sets_intersects"),
    "sign": ("quantity", "sign"),
    "slice": ("lists", "slice_"),
    "sort": ("lists", "sort"),
    "sortBy": ("lists", "sort_by"),
    "sortBy@known": ("lists", "sort_by_known"),
    "split": ("strings", "split"),
    "startsWith": ("strings", "starts_with"),
    "string": ("numbers", "to_string"),
    "strings.quote": ("strings", "quote"),
    "sub": ("quantity", "sub"),
    "substring": ("strings", "substring"),
    "sum": ("lists", "total"),
    "sum@double": ("lists", "total_doubles"),
    "sum@duration": ("lists", "total_durations"),
    "sum@uint": ("lists", "total_uints"),
    "timestamp": ("times", "to_timestamp"),
    "trim": ("strings", "trim"),
    "uint": ("numbers", "to_uint"),
    "unwrapOpt": ("optionals", "unwrap_opt"),
    "upperAscii": ("strings", "upper_ascii"),
    "url": ("urls", "url"),
    "validate": ("formats", "validate"),
    "value": ("optionals", "value"),
}


def function(name: str) -> Callable[..., Any]:
    """The implementation of a function; one that cannot be reached offline (an authorizer's) takes no overload."""
    if name in _WHERE:
        module, attribute = _WHERE[name]
        return getattr(lazily.module(f"gatewright.cel.library.{module}"), attribute)  # type: ignore[no-any-return]
    from gatewright.cel import runtime

    if name in _CORE:
        return getattr(runtime, _CORE[name])  # type: ignore[no-any-return]
    if name.startswith("format."):
        from gatewright.cel.library.formats import constant

        return constant(name.removeprefix("format."))

    if name.startswith("google.protobuf."):
        from gatewright.cel.library.messages import constructor

        return constructor(name)

    def refused(*args: Any) -> Any:
        raise runtime.no_overload(name, *args)

    return refused


def variant(name: str, args: Sequence[ast.Node], method: bool, types: Mapping[ast.Node, Type]) -> str:
    """The name under which `function` finds what serves a call, where more than the function's name decides it.

    A method's receiver is its first argument.
    """
    if name in ("find", "findAll", "matches") and len(args) > 1 and ast.is_text(args[1]):
        return f"@{name}"
    if name == "ip" and method:
        return "@ip"
    if name == "sum" and args:
        member = next(iter(types.get(args[0], DYN).params), DYN).name
        return f"sum@{member}" if f"sum@{member}" in _WHERE else name
    return name


# The types of elements and keys that a list can be sorted by.
COMPARABLE: Final = frozenset({"int", "uint", "double", "bool", "duration", "timestamp", "string", "bytes"})


def sort_variant(body: ast.Node, types: Mapping[ast.Node, Type]) -> str:
    """As `variant`, for `sortBy` with these keys."""
    return "sortBy@known" if types.get(body, DYN).name in COMPARABLE else "sortBy"


_TAKEN_RAW: Final = {
    ("distinct", 0): "*types.Err is not traits.Lister: missing method Add",
    ("flatten", 1): "ref.Val is *types.Err, not types.Int",
    ("sort", 0): "*types.Err is not traits.Lister: missing method Add",
}


def taken_raw(name: str, position: int, arg: ast.Node, types: Mapping[ast.Node, Type]) -> str | None:
    """What Go says of an argument that cel-go does not look at for errors before it calls; None where it does look."""
    if name == "sort" and types.get(arg, DYN).params in ((), (DYN,)):
        # One overload alone is called unseen.
        return None
    return _TAKEN_RAW.get((name, position))


# Operators and functions that `runtime` holds.
_CORE: Final = {
    "!_": "not_",
    "-_": "negate",
    "@in": "in_",
    "_!=_": "not_equal",
    "_%_": "modulo",
    "_*_": "multiply",
    "_+_": "add",
    "_-_": "subtract",
    "_/_": "divide",
    "_<=_": "less_equal",
    "_<_": "less",
    "_==_": "equal",
    "_>=_": "greater_equal",
    "_>_": "greater",
    "_[?_]": "optional_index",
    "_[_]": "index",
    "dyn": "dyn",
    "size": "size",
    "type": "type_of",
}
