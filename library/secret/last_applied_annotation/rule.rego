# METADATA
# title: last-applied-configuration committed
# custom:
#   id: SEC-013
#   severity: high
#   targets:
#   - '*'
#   why: The copy holds what was taken out of the object.
#   fix: Remove the annotation.
package library.secret.last_applied_annotation

import data.lib.finding

_key := "kubectl.kubernetes.io/last-applied-configuration"

violation contains finding.at(["metadata", "annotations", _key], [], msg) if {
	_ = input.review.object.metadata.annotations[_key]
	not _applied
	msg := sprintf("%s %q carries the annotation in which kubectl keeps a copy of the object%s", [input.review.object.kind, finding.name, _leak])
}

_leak := ", secrets included" if input.review.object.kind == "Secret"

_leak := "" if input.review.object.kind != "Secret"

# What `kubectl apply` sends has it and must; what is wrong is to commit it.
_applied if input.review.userInfo.username
