# METADATA
# title: subPath with hostPath
# custom:
#   id: WL-016
#   severity: medium
#   targets:
#   - workload
#   controls:
#   - standard: nsa
#     id: C-0058
#   why: Links below a subPath have let containers reach the whole node (CVE-2021-25741).
#   fix: Mount the directory itself.
package library.pod.sub_path_on_host_path

import data.lib.finding
import data.lib.workload

violation contains finding.at(mount.path, [field], msg) if {
	some mount in workload.host_path_mounts
	some field in ["subPath", "subPathExpr"]
	object.get(mount.spec, field, "") != ""
	msg := sprintf("container %q uses %s on the host path volume %q", [mount.container, field, mount.volume])
}
