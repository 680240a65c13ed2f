# METADATA
# title: AppArmor annotation
# custom:
#   id: DEP-005
#   severity: low
#   targets:
#   - workload
#   why: It goes one day.
#   fix: Use securityContext.appArmorProfile.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version of the cluster; latest by default.
#       default: latest
package library.deprecated.apparmor_annotation

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.at(workload.metadata_path, ["annotations", key], msg) if {
	version.at_least(30)
	some key, _ in workload.annotations
	startswith(key, "container.apparmor.security.beta.kubernetes.io/")
	msg := sprintf("the annotation %s is deprecated since Kubernetes 1.30", [key])
}
