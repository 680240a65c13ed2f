# METADATA
# title: Workload in kube-system
# custom:
#   id: WL-054
#   severity: medium
#   targets:
#   - workload
#   references:
#   - KSV-0037
#   why: These namespaces are exempt from much that protects the others.
#   fix: Use a namespace of your own.
#   parameters:
#     namespaces:
#       type: array
#       items:
#         type: string
#       description: The namespaces kept for the system.
package library.namespace.kube_system_workload

import data.lib.finding
import data.lib.workload

violation contains finding.at(["metadata", "namespace"], [], msg) if {
	input.review.object.metadata.namespace in object.get(input.parameters, "namespaces", ["kube-system", "kube-public", "kube-node-lease"])
	msg := sprintf("%s %q is in the namespace %s", [workload.kind, finding.name, input.review.object.metadata.namespace])
}
