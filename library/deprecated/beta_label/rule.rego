# METADATA
# title: Beta label
# custom:
#   id: DEP-006
#   severity: low
#   targets:
#   - workload
#   why: New nodes do not carry it, and the Pod finds no place.
#   fix: Use kubernetes.io/arch, kubernetes.io/os, topology.kubernetes.io/zone.
package library.deprecated.beta_label

import data.lib.finding
import data.lib.workload

violation contains finding.at(path, [], msg) if {
	walk(workload.pod, [rest, value])
	some text in _texts(rest, value)
	regex.match(`^(failure-domain\.beta\.kubernetes\.io/|beta\.kubernetes\.io/(arch|os|instance-type)$)`, text)
	path := array.concat(workload.path, rest)
	msg := sprintf("the label %s is deprecated", [text])
}

_texts(rest, _) := {last} if {
	count(rest) > 1
	rest[count(rest) - 2] == "nodeSelector"
	last := rest[count(rest) - 1]
}

_texts(rest, value) := {value} if {
	count(rest) > 0
	rest[count(rest) - 1] in {"key", "topologyKey"}
	is_string(value)
}
