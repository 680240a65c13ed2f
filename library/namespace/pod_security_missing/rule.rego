# METADATA
# title: Namespace enforces no Pod Security level
# custom:
#   id: PSS-N01
#   severity: medium
#   targets:
#   - Namespace
#   controls:
#   - standard: cis
#     id: 5.2.1
#     versions: 1.8-1.12
#   - standard: nsa
#     id: C-0068
#   why: Nothing stops a privileged Pod there.
#   fix: 'Label it pod-security.kubernetes.io/enforce: restricted, or baseline.'
#   parameters:
#     exempt:
#       type: array
#       items:
#         type: string
#       description: Namespaces that may do without.
package library.namespace.pod_security_missing

import data.lib.finding

_label := "pod-security.kubernetes.io/enforce"

violation contains finding.at(["metadata", "labels"], [], msg) if {
	not finding.name in _system
	not input.review.object.metadata.labels[_label]
	msg := sprintf("namespace %q enforces no Pod Security level", [finding.name])
}

violation contains finding.at(["metadata", "labels", _label], [], msg) if {
	not finding.name in _system
	input.review.object.metadata.labels[_label] == "privileged"
	msg := sprintf("namespace %q allows privileged Pods", [finding.name])
}

_system := {name | some name in object.get(input.parameters, "exempt", ["kube-system", "kube-public", "kube-node-lease"])}
