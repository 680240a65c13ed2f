# METADATA
# title: HostPath volumes
# custom:
#   id: PSS-B05
#   severity: high
#   targets:
#   - workload
#   controls:
#   - standard: pss-baseline
#     id: hostPathVolumes
#     versions: 1.0+
#   - standard: cis
#     id: 5.2.12
#     versions: 1.8-1.11
#   - standard: cis
#     id: 5.2.11
#     versions: '1.12'
#   references:
#   - KSV-0023
#   why: A hostPath volume gives the Pod a piece of the node's file system, and often more than meant.
#   fix: Use emptyDir, a PersistentVolumeClaim, a ConfigMap or a Secret.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
#     supersededFrom:
#       type: string
#       description: From this Kubernetes version on a stricter rule of the set speaks instead of this one.
package library.pod.host_path_volumes

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.at(v.path, ["hostPath"], msg) if {
	not version.superseded
	some v in workload.volumes
	v.spec.hostPath != null
	msg := sprintf("volume %q mounts the node's path %s", [v.name, object.get(v.spec.hostPath, "path", "")])
}
