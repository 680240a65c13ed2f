# METADATA
# title: nodes/proxy granted
# custom:
#   id: CIS-5.1.10
#   severity: high
#   targets:
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.10
#     versions: 1.8-1.12
#   references:
#   - KSV-0047
#   - CKV2_K8S_2
#   why: The kubelet's API runs commands in every Pod, without audit or admission.
#   fix: Use nodes/metrics and nodes/stats.
package library.rbac.nodes_proxy

import data.lib.finding
import data.lib.rbac

violation contains finding.at(grant.path, ["resources"], msg) if {
	some grant in rbac.grants_under_review
	rbac.covers_group(grant.rule, "")
	rbac.covers_resource(grant.rule, "nodes/proxy")
	msg := sprintf("%s reaches the kubelets by nodes/proxy", [rbac.who])
}
