# METADATA
# title: Pod Security labels not pinned or not valid
# custom:
#   id: PSS-N02
#   severity: low
#   targets:
#   - Namespace
#   why: An upgrade of the cluster may start to refuse Pods; a misspelt label protects nothing.
#   fix: Set enforce-version to the version the workloads were tested with.
package library.namespace.pod_security_version

import data.lib.finding

_order := {"privileged": 0, "baseline": 1, "restricted": 2}

_labels := input.review.object.metadata.labels

_label(suffix) := concat("", ["pod-security.kubernetes.io/", suffix])

violation contains finding.at(["metadata", "labels", _label(mode)], [], msg) if {
	some mode in ["enforce", "audit", "warn"]
	level := _labels[_label(mode)]
	not _known(level)
	msg := sprintf("%q is no Pod Security level", [level])
}

violation contains finding.at(["metadata", "labels", _label(sprintf("%s-version", [mode]))], [], msg) if {
	some mode in ["enforce", "audit", "warn"]
	pinned := _labels[_label(sprintf("%s-version", [mode]))]
	not regex.match(`^(latest|v1\.(0|[1-9][0-9]*))$`, pinned)
	msg := sprintf("%q is no Kubernetes version such as v1.32", [pinned])
}

violation contains finding.at(["metadata", "labels", _label(mode)], [], msg) if {
	some mode in ["audit", "warn"]
	_order[_labels[_label(mode)]] < _order[_labels[_label("enforce")]]
	msg := sprintf("%s is weaker than enforce and never says anything", [mode])
}

violation contains finding.at(["metadata", "labels", _label("enforce")], [], msg) if {
	_ = _labels[_label("enforce")]
	not _labels[_label("enforce-version")]
	msg := "the enforced level changes with the cluster's version: enforce-version is missing"
}

_known(level) if _ = _order[level]
