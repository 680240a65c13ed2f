"""ConstraintTemplates: three API versions read into one form, checked as Gatekeeper does to make their CRD."""

from __future__ import annotations

from gatewright.errors import TemplateError
from gatewright.gatekeeper import _field, _names, kube
from gatewright.gatekeeper._decode import (
    ANY,
    BOOL,
    INT64,
    STRING,
    DecodeError,
    Type,
    from_json,
    list_of,
    named,
    struct,
)
from gatewright.gatekeeper._gotext import quote
from gatewright.gatekeeper._meta import document
from gatewright.gatekeeper.schema import SCHEMA_TYPE, Schema, preserve_unknown_fields, read_schema, schema_errors
from gatewright.gatekeeper.template import CONSTRAINT_GROUP, REGO, TARGET, Code, Template, is_template

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_PARAMETERS_PATH: Final = "spec.validation.openAPIV3Schema.properties[spec].properties[parameters]"

# Whether a version tolerates undeclared parameters when the template does not say.
_LEGACY_BY_DEFAULT: Final = {"v1": False, "v1beta1": True, "v1alpha1": True}


def _template_type(version: str) -> Type:
    code = struct(f"{version}.Code", engine=STRING, source=ANY)
    target = struct(
        f"{version}.Target",
        target=STRING,
        rego=STRING,
        libs=list_of(STRING),
        code=list_of(code),
        operations=list_of(named("v1.OperationType")),
    )
    validation = struct(f"{version}.Validation", openAPIV3Schema=SCHEMA_TYPE, legacySchema=BOOL)
    names = struct(f"{version}.Names", kind=STRING, shortNames=list_of(STRING))
    crd = struct(f"{version}.CRD", spec=struct(f"{version}.CRDSpec", names=names, validation=validation))
    spec = struct(f"{version}.ConstraintTemplateSpec", crd=crd, targets=list_of(target))
    fault = struct(f"{version}.CreateCRDError", code=STRING, message=STRING, location=STRING)
    pod = struct(f"{version}.ByPodStatus", id=STRING, observedGeneration=INT64, errors=list_of(fault))
    status = struct(f"{version}.ConstraintTemplateStatus", created=BOOL, byPod=list_of(pod))
    return document(f"{version}.ConstraintTemplate", spec=spec, status=status)


_TYPES: Final = {version: _template_type(version) for version in _LEGACY_BY_DEFAULT}


def read_template(document: kube.Object) -> Template:
    """The template of a document, checked up to its CRD; TemplateError says at which stage it failed."""
    template = convert_template(document)
    check_crd(template)
    return template


def convert_template(document: kube.Object) -> Template:
    """The versionless form; TemplateError of stage convert when the document is no template Go could read."""
    if not is_template(document):
        raise TemplateError("not a ConstraintTemplate", stage="convert")
    gvk = kube.gvk_of(document)
    if gvk.version not in _TYPES:
        version = quote(gvk.api_version)
        message = (
            f'no kind "ConstraintTemplate" is registered for version {version} in scheme "pkg/runtime/scheme.go:111"'
        )
        raise TemplateError(f"adding template: {message}", stage="convert")
    try:
        decoded = from_json(document, _TYPES[gvk.version])
    except DecodeError as error:
        raise TemplateError(f"adding template: {error.message}", stage="convert") from error
    try:
        parameters = _parameters(decoded, gvk.version)
    except DecodeError as error:
        raise TemplateError(f"unable to convert template: {error.message}", stage="convert") from error
    return _assemble(document, decoded, parameters)


def _parameters(decoded: dict[str, Any], version: str) -> Schema | None:
    validation = decoded.get("spec", {}).get("crd", {}).get("spec", {}).get("validation") or {}
    schema = validation.get("openAPIV3Schema")
    if schema is not None:
        schema = read_schema(schema)
    if validation.get("legacySchema", _LEGACY_BY_DEFAULT[version]):
        return preserve_unknown_fields(schema or {})
    return schema


def _assemble(document: kube.Object, decoded: dict[str, Any], parameters: Schema | None) -> Template:
    metadata, spec = decoded.get("metadata") or {}, decoded.get("spec") or {}
    names = spec.get("crd", {}).get("spec", {}).get("names") or {}
    targets = spec.get("targets") or []
    first = targets[0] if targets else {}
    return Template(
        name=metadata.get("name", ""),
        kind=names.get("kind", ""),
        short_names=tuple(names.get("shortNames") or ()),
        labels=metadata.get("labels") or {},
        annotations=metadata.get("annotations") or {},
        parameters=parameters,
        targets=tuple(t.get("target", "") for t in targets),
        code=_codes(first),
        operations=tuple(first.get("operations") or ()),
        document=document,
    )


def _codes(target: dict[str, Any]) -> tuple[Code, ...]:
    """The target's code; `rego` and `libs` of the older form take the place of the first Rego code."""
    codes = [Code(c.get("engine", ""), kube.as_floats(c.get("source"))) for c in target.get("code") or ()]
    if not target.get("rego"):
        return tuple(codes)
    source: dict[str, Any] = {"rego": target["rego"], "version": ""}
    if target.get("libs"):
        source["libs"] = target["libs"]
    for i, code in enumerate(codes):
        if code.engine == REGO:
            codes[i] = Code(REGO, source)
            break
    else:
        codes.append(Code(REGO, source))
    return tuple(codes)


_INVALID: Final = "invalid ConstraintTemplate"


def check_crd(template: Template) -> None:
    """TemplateError of stage crd when Gatekeeper could not make the constraint's CRD."""
    if len(template.targets) != 1:
        raise TemplateError(f"{_INVALID}: must declare exactly one target", stage="crd")
    target = template.targets[0]
    if not target:
        raise TemplateError(f"{_INVALID}: target name must not be empty", stage="crd")
    if not template.kind:
        raise TemplateError(
            f"{_INVALID}: ConstraintTemplate {quote(template.name)} does not specify CRD Kind", stage="crd"
        )
    kind = template.kind.lower()
    if template.name.lower() != kind:
        name = quote(template.name)
        message = f"the ConstraintTemplate's name {name} is not equal to the lowercase of CRD's Kind: {quote(kind)}"
        raise TemplateError(f"{_INVALID}: {message}", stage="crd")
    if target != TARGET:
        message = f"target {quote(target)} not recognized, known targets [{TARGET}]"
        raise TemplateError(f"{_INVALID}: {message}", stage="crd")
    errors = _crd_errors(template)
    if errors:
        raise TemplateError(f"{_INVALID}: {_field.aggregate(errors)}", stage="crd")


def _crd_errors(template: Template) -> list[str]:
    plural = template.kind.lower()
    name = f"{plural}.{CONSTRAINT_GROUP}"
    errors = [_field.invalid("metadata.name", name, e) for e in _names.dns1123_subdomain(name)]
    for key, value in template.labels.items():
        errors += [_field.invalid("metadata.labels", key, e) for e in _names.label_key(key)]
        errors += [_field.invalid("metadata.labels", value, e) for e in _names.label_value(value)]
    errors += _name_errors(template, plural)
    if template.parameters is not None:
        errors += schema_errors(template.parameters, _PARAMETERS_PATH)
    return errors


def _name_errors(template: Template, plural: str) -> list[str]:
    errors = []
    for what in ("plural", "singular"):
        if problems := _names.dns1035_label(plural):
            errors.append(_field.invalid(f"spec.names.{what}", plural, ",".join(problems)))
    for what, kind in (("kind", template.kind), ("listKind", f"{template.kind}List")):
        if problems := _names.dns1035_label(kind.lower()):
            detail = f"may have mixed case, but should otherwise match: {','.join(problems)}"
            errors.append(_field.invalid(f"spec.names.{what}", kind, detail))
    for i, short in enumerate(template.short_names):
        if problems := _names.dns1035_label(short):
            errors.append(_field.invalid(f"spec.names.shortNames[{i}]", short, ",".join(problems)))
    return errors
