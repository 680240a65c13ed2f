"""Gatekeeper's behaviour by tables: match, mutation, expansion, validation, YAML, number printing, gator itself.

Each table has one function that takes a row and answers what is wrong with it. Values and verdicts are compared
exactly, errors by where they arise and, where the row names one, their class.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from conformance.suite import Case, Options
from gatewright.errors import GatewrightError

Row = dict[str, Any]
Check = Callable[[Row], str | None]


def cases(fixtures: Path, options: Options) -> Iterator[Case]:
    folder = fixtures / "gatekeeper" / "tables"
    for path in sorted(folder.glob("*.json")):
        check = _TABLES.get(path.stem)
        if check is None or not options.selects(path.stem):
            continue
        for row in json.loads(path.read_text(encoding="utf-8")):
            yield Case(f"{path.stem}/{row['name']}", lambda row=row, check=check: _judge(check, row))


def _judge(check: Callable[[Row], Any], row: Row) -> str | None:
    """Compare a row with its wants: a check answers what was got, in the form of `want`."""
    got = check(row)
    wants = row.get("want_alts") or [row["want"]]
    if any(_same(got, want) for want in wants):
        return None
    return f"got {_short(got)}, want {_short(wants[0])}"


def _short(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return text if len(text) < 1500 else text[:1500] + "…"


_ERRORS = ("error", "toMatcherError", "validateError", "reviewError", "matchesError", "mutatorError", "decodeError")


def _same(got: Any, want: Any) -> bool:
    """Equality, but for error texts, whose presence alone counts."""
    if isinstance(got, dict) and isinstance(want, dict):
        return got.keys() == want.keys() and all(
            (v is None) == (want[k] is None) if k in _ERRORS else _same(v, want[k]) for k, v in got.items()
        )
    if isinstance(got, list) and isinstance(want, list):
        return len(got) == len(want) and all(map(_same, got, want))
    if isinstance(got, bool) or isinstance(want, bool):
        return got is want
    return bool(got == want)


def _match(row: Row) -> Any:
    from gatewright.gatekeeper._decode import DecodeError
    from gatewright.gatekeeper.reading.match import compile_match

    try:
        matcher = compile_match(row["match"])
    except DecodeError as error:
        return {"decodeError": str(error)}
    if row["object"] is None:
        return {"match": False, "error": "failed to run Match criteria: obj must be non-nil"}
    return _accepts(matcher, [row["object"]], _namespace(row["namespace"]), row["source"])


def _accepts(matcher: Any, objects: list[Row], namespace: Any, source: str) -> Row:
    """Whether a matcher accepts one of the objects of a review; an error ends it."""
    from gatewright.gatekeeper.match import Subject

    try:
        return {"match": any(matcher(Subject(obj, namespace, source)) for obj in objects)}
    except GatewrightError as error:
        return {"match": False, "error": str(error)}


def _accepts_review(matcher: Any, objects: list[Row | None], namespace: Any, source: str) -> Row:
    """As `_accepts`, for what Gatekeeper's target does before it comes to the match."""
    from gatewright.gatekeeper import kube
    from gatewright.gatekeeper.match import EVERYTHING

    if matcher is EVERYTHING:
        return {"match": True}
    present = [obj for obj in objects if obj is not None]
    if not present or not all(kube.gvk_of(obj).kind for obj in present):
        return {"match": False, "error": "invalid request object"}
    return _accepts(matcher, present, namespace, source)


def _namespace(obj: Row | None) -> Any:
    from gatewright.gatekeeper.reading.match import read_namespace

    return None if obj is None else read_namespace(obj)


def _wildcard(row: Row) -> Any:
    from gatewright.gatekeeper import wildcard

    functions = {"matches": wildcard.matches, "matchesGenerateName": wildcard.matches_generate_name}
    return functions[row["fn"]](row["pattern"], row["candidate"])


def _applyto(row: Row) -> Any:
    from gatewright.gatekeeper import apply_to
    from gatewright.gatekeeper.kube import GroupVersionKind

    entries = row["applyTo"] or []
    gvk = GroupVersionKind(**row["gvk"]) if row.get("gvk") else GroupVersionKind("", "", "")
    match row["fn"]:
        case "appliesTo":
            return apply_to.applies(entries, gvk)
        case "appliesGVKAndOperation":
            return apply_to.applies_for(entries, gvk, row["operation"])
        case "matchesOperation":
            return apply_to.entry_matches_operation(entries[0], row["operation"])
        case "effectiveOperations":
            return apply_to.effective_operations(entries[0])
        case _:
            try:
                apply_to.check_operations(entries)
            except GatewrightError as error:
                return {"error": str(error)}
            return {"ok": True}


def _target_match(row: Row) -> Any:
    from gatewright.gatekeeper import kube
    from gatewright.gatekeeper.reading.match import matcher_of

    constraint = {"spec": {"match": row["match"]}} if row["match"] is not None else {}
    try:
        matcher = matcher_of(constraint)
    except GatewrightError as error:
        return {"toMatcherError": str(error)}
    request = row["request"]
    obj, old = request.get("object"), request.get("oldObject")
    if request.get("operation") == "DELETE":
        if old is None:
            return {"handled": False, "reviewError": "oldObject cannot be nil for DELETE operations"}
        obj = old
    namespace = _namespace(row["namespace"])
    cached = row["cachedNamespace"]
    if namespace is None and cached and request.get("namespace") == kube.name_of(cached):
        namespace = _namespace(cached)
    return _accepts_review(matcher, [obj, old], namespace, row["source"])


def _constraint_match(row: Row) -> Any:
    from gatewright.gatekeeper import kube
    from gatewright.gatekeeper.reading.constraint import check_selectors
    from gatewright.gatekeeper.reading.match import matcher_of

    got: Row = {}
    try:
        check_selectors(row["constraint"])
    except GatewrightError as error:
        got["validateError"] = str(error)
    try:
        matcher = matcher_of(row["constraint"])
    except GatewrightError as error:
        return {**got, "toMatcherError": str(error)}
    namespace = _namespace(row["namespace"])
    own = kube.namespace_of(row["object"])
    for cached in row.get("cachedNamespaces") or ():
        if namespace is None and own and kube.name_of(cached) == own:
            namespace = _namespace(cached)
    for way, objects in (
        ("unstructured", [row["object"], None]),
        ("object", [row["object"], None]),
        ("oldObject", [None, row["object"]]),
    ):
        got[way] = _accepts_review(matcher, objects, namespace, row.get("source", ""))
    return got


def _inventory_path(row: Row) -> Any:
    from gatewright.gatekeeper.inventory import inventory_path

    try:
        return {"handled": True, "path": list(inventory_path(row["object"]))}
    except GatewrightError as error:
        return {"handled": True, "path": None, "error": str(error)}


def _template(row: Row) -> Any:
    """A template's stage and CRD; where Go crashed, any refusal will do."""
    from gatewright.errors import TemplateError
    from gatewright.gatekeeper.host import Host

    try:
        template = Host().add_template(row["template"])
    except TemplateError as error:
        if "panic" in row["want"]:
            return row["want"]
        return {"stage": error.stage, "error": str(error)}
    kind = template.kind
    lower = kind.lower()
    return {
        "stage": "ok",
        "crd": {
            "group": "constraints.gatekeeper.sh",
            "labels": {**template.labels, "gatekeeper.sh/constraint": "yes"},
            "name": f"{lower}.constraints.gatekeeper.sh",
            "names": {
                "categories": ["constraint", "constraints"],
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": lower,
                "shortNames": list(template.short_names) or None,
                "singular": lower,
            },
            "parametersSchema": template.parameters,
            "scope": "Cluster",
            "specProperties": sorted(template.constraint_schema["properties"]["spec"]["properties"]),
            "versions": ["v1beta1", "v1alpha1"],
        },
    }


def _constraint(row: Row) -> Any:
    from gatewright.errors import ConstraintError, TemplateError
    from gatewright.gatekeeper.kube import deep_copy
    from gatewright.gatekeeper.reading.constraint import read_constraint
    from gatewright.gatekeeper.reading.template import read_template

    try:
        template = read_template(row["template"])
    except TemplateError as error:
        return {"stage": "template", "error": str(error)}
    try:
        constraint = read_constraint(
            deep_copy(row["constraint"]), lambda kind: template if kind == template.name else None
        )
    except ConstraintError as error:
        return {"stage": "constraint", "kind": error.kind, "error": str(error)}
    return {"stage": "ok", "stored": constraint.document}


def _path(row: Row) -> Any:
    from gatewright.gatekeeper.mutation.path import ListNode, parse_path, tokens

    got: Row = {"tokens": [{"type": t.type, "literal": t.literal} for t in tokens(row["input"])]}
    try:
        path = parse_path(row["input"])
    except GatewrightError as error:
        return {**got, "error": str(error)}
    got["nodes"] = [
        {"type": "List", "keyField": n.key_field, "keyValue": n.key_value, "glob": n.glob}
        if isinstance(n, ListNode)
        else {"type": "Object", "reference": n.reference}
        for n in path.nodes
    ]
    got["string"] = str(path)
    return got


def _mutator_validate(row: Row) -> Any:
    from gatewright.gatekeeper.mutation import read_mutator

    try:
        mutator = read_mutator(row["mutator"], row["kind"])
    except GatewrightError as error:
        return {"error": str(error)}
    got: Row = {"ok": True, "path": str(mutator.path), "mustTerminate": mutator.must_terminate}
    if mutator.bindings:
        got["bindings"] = [f"{group}/{version}/{kind} {op}" for group, version, kind, op in mutator.bindings]
    return got


def _plain(value: Any) -> Any:
    """A mutated object with placeholders spelled out."""
    from gatewright.gatekeeper.mutation import Placeholder

    if isinstance(value, Placeholder):
        # Go leaves empty fields out.
        return {"Ref": {k: v for k, v in value.reference.items() if v}, "ValueAtLocation": value.value}
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_plain(v) for v in value]
    return value


def _mutable(row: Row, obj: Row) -> Any:
    from gatewright.gatekeeper.kube import deep_copy
    from gatewright.gatekeeper.mutation import Mutable

    return Mutable(deep_copy(obj), _namespace(row["namespace"]), row["username"], row["operation"], row["source"])


def _mutate(row: Row) -> Any:
    from gatewright.gatekeeper.mutation import read_mutator

    try:
        mutator = read_mutator(row["mutator"], row["kind"])
    except GatewrightError as error:
        return {"createError": str(error)}
    got: Row = {}
    mutable = _mutable(row, row["object"])
    try:
        got["matches"] = mutator.matches(mutable)
    except GatewrightError as error:
        got["matches"], got["matchesError"] = False, str(error)
    try:
        got["mutated"] = mutator.mutate(mutable)
    except GatewrightError as error:
        got["mutated"], got["error"] = False, str(error)
    return {**got, "after": _plain(mutable.object)}


def _image_ref(row: Row) -> Any:
    from gatewright.gatekeeper.mutation.image import parse_image

    image = parse_image(row["image"])
    return {"domain": image.domain, "path": image.path, "tag": image.tag}


def _image_parts(row: Row) -> Any:
    from gatewright.gatekeeper.mutation.image import check_parts

    try:
        check_parts(row["domain"], row["path"], row["tag"])
    except GatewrightError as error:
        return {"error": f"assignImage m has invalid parameters: {error}"}
    return {"ok": True}


def _zero_id() -> str:
    return "00000000-0000-0000-0000-000000000000"


def _upserted(system: Any, documents: list[Row]) -> list[str | None]:
    from gatewright.gatekeeper.mutation import read_mutator

    answers: list[str | None] = []
    for document in documents:
        try:
            mutator = read_mutator(document)
        except GatewrightError as error:
            answers.append(f"create: {error}")
            continue
        try:
            system.upsert(mutator)
            answers.append(None)
        except GatewrightError as error:
            answers.append(str(error))
    return answers


def _mutation_system(row: Row) -> Any:
    from gatewright.gatekeeper.mutation import MutationSystem, MutatorId

    system = MutationSystem(new_id=_zero_id)
    got: Row = {"upsert": _upserted(system, row["mutators"])}
    for name in row.get("remove") or ():
        kind, _, name = name.partition("/")
        system.remove(MutatorId("mutations.gatekeeper.sh", kind, "", name))
    got["conflicts"] = {
        f"{who.kind}/{who.name}": sorted(f"{i.kind}/{i.name}" for i in ids) for who, ids in system.conflicts().items()
    }
    mutable = _mutable(row, row["object"])
    try:
        got["mutated"] = system.mutate(mutable)
    except GatewrightError as error:
        got["mutated"], got["error"] = False, str(error)
    return {**got, "after": _plain(mutable.object)}


def _expansion(row: Row) -> Any:
    from gatewright.gatekeeper.expansion import ExpansionSystem, read_expansion_template
    from gatewright.gatekeeper.mutation import MutationSystem, read_mutator

    mutations = MutationSystem(new_id=_zero_id)
    for document in row["mutators"] or ():
        try:
            mutations.upsert(read_mutator(document))
        except GatewrightError as error:
            return {"mutatorError": str(error)}
    system = ExpansionSystem(mutations)
    upserts: list[str | None] = []
    for document in row["templates"] or ():
        try:
            system.upsert(read_expansion_template(document))
            upserts.append(None)
        except GatewrightError as error:
            upserts.append(str(error))
    got: Row = {"templates": upserts, "conflicts": sorted(system.conflicts)}
    if row["generator"] is None:
        return got
    try:
        found = system.expand(_mutable(row, row["generator"]))
    except GatewrightError as error:
        return {**got, "error": str(error)}
    got["resultants"] = [
        {"object": r.object, "templateName": r.template, "enforcementAction": r.enforcement_action}
        for r in sorted(found, key=lambda r: r.template)
    ]
    return got


def _expansion_validate(row: Row) -> Any:
    from gatewright.gatekeeper.expansion import read_expansion_template

    try:
        read_expansion_template(row["template"])
    except GatewrightError as error:
        return {"error": str(error)}
    return {"ok": True}


def _expand_docs(row: Row) -> Any:
    from gatewright.gatekeeper.expander import expand_documents

    try:
        found = expand_documents(row["objects"])
    except GatewrightError as error:
        return {"error": str(error)}
    return {"resultants": sorted((r.object for r in found), key=lambda o: json.dumps(o, sort_keys=True))}


def _gator_probe(row: Row) -> Any:
    """Exit code and results exactly; texts with times taken out, and tied results in any order."""
    import io
    import os
    import tempfile

    from gatewright.gator import main

    out, err = io.StringIO(), io.StringIO()
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        for name, text in row["files"].items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        os.chdir(folder)
        try:
            code = main(row["argv"][1:], out=out, err=err, read_stdin=lambda: None)
        finally:
            os.chdir(here)
    got = {"rc": code, "stdout": out.getvalue(), "stderr": err.getvalue()}
    want = row["want"]
    if _probe_form(got, folder) == _probe_form(want, folder):
        return want
    return got


def _probe_form(answer: Row, folder: str) -> Any:
    """What is compared of a probe's answer: results as a multiset, words without times and places."""
    out, err = answer["stdout"], answer["stderr"]
    try:
        results = json.loads(out) if out.strip() else None
    except ValueError:
        results = sorted(_words(line, folder) for line in out.splitlines())
    else:
        if isinstance(results, list):
            for result in results:
                if isinstance(result, dict) and "scopedActions" in result:
                    result["scopedActions"].sort()
            results = sorted(json.dumps(r, sort_keys=True) for r in results)
    return answer["rc"], results, _words(err, folder)


def _words(text: str, folder: str) -> str:
    import re

    text = re.sub(r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d ", "", text)
    text = re.sub(r"\d+\.\d{3}s", "TIME", text)
    text = text.replace(folder.removeprefix("/"), "HERE")
    return re.sub(r"tmp/exp/pw/[a-z0-9]+", "HERE", text)


def _verify_filter(row: Row) -> Any:
    from gatewright.harness.select import parse_filter
    from gatewright.harness.suite import Test

    try:
        chosen = parse_filter(row["filter"])
    except GatewrightError as error:
        return {"error": str(error)}
    return {
        "matchesTest": chosen.matches_test(Test(name=row["test"])),
        "matchesCase": chosen.matches_case(row["test"], row["case"]),
    }


def _verify_suite(row: Row) -> Any:
    import tempfile

    from gatewright.gatekeeper.host import GATOR_VERIFY, Host
    from gatewright.harness.reading import AS_GATOR_VERIFY
    from gatewright.harness.runner import run_suite
    from gatewright.harness.select import parse_filter
    from gatewright.harness.suite import parse_suite

    with tempfile.TemporaryDirectory() as folder:
        for name, text in row["files"].items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        document = {"apiVersion": "test.gatekeeper.sh/v1alpha1", "kind": "Suite", **_without_nulls(row["suite"])}
        suite = parse_suite(document, Path(folder, row["suitePath"] or "suite.yaml"))
        result = run_suite(
            suite,
            lambda: Host(engine="rego", semantics=GATOR_VERIFY),
            select=parse_filter(row["filter"]),
            read=AS_GATOR_VERIFY,
        )
    tests = [
        {
            "name": test.name,
            "skipped": test.skipped,
            "error": test.error,
            "cases": [{"name": c.name, "skipped": c.skipped, "error": c.error} for c in test.cases],
        }
        for test in result.tests
    ]
    return {"skipped": result.skipped, "error": result.error, "failure": result.failed, "tests": tests}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_nulls(v) for k, v in value.items() if v is not None}
    return [_without_nulls(v) for v in value] if isinstance(value, list) else value


def _numfmt(row: Row) -> Any:
    from gatewright import query
    from gatewright.errors import RegoError, RegoErrors, RegoEvaluationError

    try:
        found = query(f"x := {row['expr']}; j := json.marshal(x)")
    except RegoEvaluationError:
        # opa eval then fails without a value.
        return {"undefined": True}
    except (RegoError, RegoErrors) as error:
        errors = error.errors if isinstance(error, RegoErrors) else (error,)
        return {"compileError": [{"code": e.code, "message": e.message} for e in errors]}
    return {"value": found[0]["x"], "json": found[0]["j"]} if found else {"undefined": True}


_TABLES: dict[str, Callable[[Row], Any]] = {
    "applyto": _applyto,
    "constraint": _constraint,
    "constraint_match": _constraint_match,
    "expand_docs": _expand_docs,
    "expansion": _expansion,
    "expansion_validate": _expansion_validate,
    "gator-probes": _gator_probe,
    "image_parts": _image_parts,
    "image_ref": _image_ref,
    "inventory_path": _inventory_path,
    "match": _match,
    "mutate": _mutate,
    "mutation_system": _mutation_system,
    "mutator_validate": _mutator_validate,
    "numfmt": _numfmt,
    "path": _path,
    "target_match": _target_match,
    "template": _template,
    "verify_filter": _verify_filter,
    "verify_suite": _verify_suite,
    "wildcard": _wildcard,
}
