# METADATA
# title: Host namespaces shared
# custom:
#   id: PSS-B02
#   severity: critical
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: hostNamespaces
#     versions: 1.0+
#   - standard: cis
#     id: 5.2.3
#     versions: 1.8-1.12
#   - standard: cis
#     id: 5.2.4
#     versions: 1.8-1.12
#   - standard: cis
#     id: 5.2.5
#     versions: 1.8-1.12
#   references:
#   - KSV-0008
#   - KSV-0009
#   - KSV-0010
#   - CKV_K8S_17
#   - CKV_K8S_18
#   - CKV_K8S_19
#   why: A process in a host namespace sees the node's network, processes or shared memory.
#   fix: Remove hostNetwork, hostPID and hostIPC.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
#     fields:
#       type: array
#       items:
#         type: string
#       description: The fields of the Pod to look at.
package library.pod.host_namespaces

import data.lib.finding
import data.lib.workload

violation contains finding.repairable(workload.path, [field], false, msg) if {
	some field in parameter_fields
	workload.pod[field] == true
	msg := sprintf("%s is true: the Pod shares the node's %s namespace", [field, substring(field, 4, -1)])
}

parameter_fields := object.get(input.parameters, "fields", ["hostNetwork", "hostPID", "hostIPC"])
