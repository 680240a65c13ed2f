# METADATA
# title: Secret not immutable
# custom:
#   id: SEC-009
#   severity: info
#   targets:
#   - Secret
#   - ConfigMap
#   why: A slip changes every Pod at once; the kubelet also watches each one.
#   fix: 'Set immutable: true and give each version its own name.'
package library.secret.mutable

import data.lib.finding

violation contains finding.at(["immutable"], [], msg) if {
	not input.review.object.immutable == true
	msg := sprintf("%s %q may be changed while Pods use it", [input.review.object.kind, finding.name])
}
