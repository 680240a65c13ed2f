# METADATA
# title: Unmasked /proc in a user namespace
# custom:
#   id: PSS-R07
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: pss-restricted
#     id: procMount_restricted
#     versions: 1.35+
#   references:
#   - KSV-0027
#   why: The restricted level keeps /proc masked even inside a user namespace.
#   fix: Leave procMount out, or set Default.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version to judge by, such as 1.29; latest by default.
#       default: latest
package library.pod.proc_mount_restricted

import data.lib.finding
import data.lib.version
import data.lib.workload

violation contains finding.repairable(c.path, ["securityContext", "procMount"], "Default", msg) if {
	version.at_least(35)
	some c in workload.containers
	mount := c.security_context.procMount
	not mount in {"Default", null}
	msg := sprintf("container %q mounts /proc as %q", [c.name, mount])
}
