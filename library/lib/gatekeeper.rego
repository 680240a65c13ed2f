# METADATA
# description: The Rego inside a ConstraintTemplate. Text is all that can be looked at from within a policy.
package lib.gatekeeper

template := input.review.object

kind := template.spec.crd.spec.names.kind

schema := template.spec.crd.spec.validation.openAPIV3Schema

# sources: each Rego text with its path, version and libraries.
sources := array.concat(_legacy, _code)

_legacy := [entry |
	some i, target in template.spec.targets
	is_string(target.rego)
	entry := {
		"path": ["spec", "targets", i, "rego"],
		"rego": code(target.rego),
		"libs": [code(module) | some module in object.get(target, "libs", [])],
		"libs_path": ["spec", "targets", i, "libs"],
		"version": "v0",
		"legacy": true,
	}
]

_code := [entry |
	some i, target in template.spec.targets
	some j, engine in target.code
	engine.engine == "Rego"
	is_string(engine.source.rego)
	entry := {
		"path": ["spec", "targets", i, "code", j, "source", "rego"],
		"rego": code(engine.source.rego),
		"libs": [code(module) | some module in object.get(engine.source, "libs", [])],
		"libs_path": ["spec", "targets", i, "code", j, "source", "libs"],
		"version": object.get(engine.source, "version", "v0"),
		"legacy": false,
	}
]

# Comments say nothing about what runs.
code(source) := regex.replace(source, `(?m)^\s*#.*$|\s#[^"\x60\n]*$`, "")

# text(entry): the policy and its libraries as one text.
text(entry) := concat("\n", array.concat([entry.rego], entry.libs))

parameter_names(entry) := {found[1] |
	some found in regex.find_all_string_submatch_n(`input\.parameters\.([A-Za-z_][A-Za-z0-9_]*)`, text(entry), -1)
} | {found[1] |
	some found in regex.find_all_string_submatch_n(`object\.get\(input\.parameters,\s*"([^"]+)"`, text(entry), -1)
}
