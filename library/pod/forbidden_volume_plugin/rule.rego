# METADATA
# title: gitRepo or flexVolume volume
# custom:
#   id: WL-056
#   severity: high
#   targets:
#   - workload
#   why: Both run programs on the node, as root.
#   fix: Clone in an init container; use a CSI driver.
package library.pod.forbidden_volume_plugin

import data.lib.finding
import data.lib.workload

violation contains finding.at(v.path, [type], msg) if {
	some v in workload.volumes
	some type in ["gitRepo", "flexVolume"]
	v.spec[type] != null
	msg := sprintf("volume %q is of the deprecated type %s", [v.name, type])
}
