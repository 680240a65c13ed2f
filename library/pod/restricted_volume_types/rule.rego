# METADATA
# title: Volume types
# custom:
#   id: PSS-R01
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: pss-restricted
#     id: restrictedVolumes
#     versions: 1.0+
#   references:
#   - KSV-0028
#   why: Volume types outside the list reach the node or storage that the cluster does not govern.
#   fix: Use configMap, csi, downwardAPI, emptyDir, ephemeral, image, persistentVolumeClaim, projected or secret.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.restricted_volume_types

import data.lib.finding
import data.lib.workload

violation contains finding.at(v.path, [type], msg) if {
	some v in workload.volumes
	some type, source in v.spec
	not type in {"name", "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected", "secret"}
	source != null
	msg := sprintf("volume %q is of type %s", [v.name, type])
}
