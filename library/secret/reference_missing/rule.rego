# METADATA
# title: Referenced Secret or ConfigMap missing
# custom:
#   id: SEC-011
#   severity: low
#   targets:
#   - workload
#   references:
#   - kube-linter
#   why: The Pod does not start.
#   fix: Correct the name.
#   sync:
#   - v1/Secret
#   - v1/ConfigMap
package library.secret.reference_missing

import data.lib.finding
import data.lib.inventory
import data.lib.workload

violation contains finding.at(ref.path, [], msg) if {
	some ref in _references
	not ref.optional
	ref.name != "kube-root-ca.crt"
	available := _names[ref.kind]
	count(available) > 0
	not ref.name in available
	msg := sprintf("the namespace has no %s %q", [ref.kind, ref.name])
}

_references := array.concat(_from_env, array.concat(_from_env_from, _from_volumes))

_from_env := [ref |
	some c in workload.containers
	some i, variable in c.spec.env
	some key, kind in {"secretKeyRef": "Secret", "configMapKeyRef": "ConfigMap"}
	source := variable.valueFrom[key]
	ref := {"kind": kind, "name": source.name, "optional": object.get(source, "optional", false), "path": array.concat(c.path, ["env", i, "valueFrom", key, "name"])}
]

_from_env_from := [ref |
	some c in workload.containers
	some i, entry in c.spec.envFrom
	some key, kind in {"secretRef": "Secret", "configMapRef": "ConfigMap"}
	source := entry[key]
	ref := {"kind": kind, "name": source.name, "optional": object.get(source, "optional", false), "path": array.concat(c.path, ["envFrom", i, key, "name"])}
]

_from_volumes := [ref |
	some v in workload.volumes
	some case in [["secret", "secretName", "Secret"], ["configMap", "name", "ConfigMap"]]
	source := v.spec[case[0]]
	ref := {"kind": case[2], "name": source[case[1]], "optional": object.get(source, "optional", false), "path": array.concat(v.path, [case[0], case[1]])}
]

# What the namespace has of each kind, or will have once its operators have run.
_names := {
	"ConfigMap": {found.metadata.name | some found in inventory.objects(inventory.namespace, "ConfigMap")},
	"Secret": {_produced(found) |
		some kind in ["Secret", "SealedSecret", "ExternalSecret", "Certificate"]
		some found in inventory.objects(inventory.namespace, kind)
	},
}

_produced(secret) := secret.metadata.name if secret.kind == "Secret"

_produced(found) := object.get(found, ["spec", "target", "name"], object.get(found, ["spec", "secretName"], found.metadata.name)) if {
	found.kind != "Secret"
}
