# METADATA
# title: Privileged containers
# custom:
#   id: PSS-B03
#   severity: critical
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: privileged
#     versions: 1.0+
#   - standard: cis
#     id: 5.2.2
#     versions: 1.8-1.12
#   references:
#   - KSV-0017
#   - CKV_K8S_16
#   why: A privileged container has every right of the node's root.
#   fix: 'Remove privileged: true; add the one capability that is needed instead.'
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.privileged

import data.lib.finding
import data.lib.workload

violation contains finding.repairable(c.path, ["securityContext", "privileged"], false, msg) if {
	some c in workload.containers
	c.security_context.privileged == true
	msg := sprintf("container %q is privileged", [c.name])
}
