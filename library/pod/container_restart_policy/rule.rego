# METADATA
# title: restartPolicy misused on a container
# custom:
#   id: WL-059
#   severity: low
#   targets:
#   - workload
#   why: The Job never completes.
#   fix: Move the container to initContainers.
package library.pod.container_restart_policy

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["restartPolicy"], msg) if {
	some c in workload.containers
	c.field != "initContainers"
	c.spec.restartPolicy == "Always"
	workload.kind in {"Job", "CronJob"}
	msg := sprintf("container %q of a Job restarts for ever: only init containers may be sidecars", [c.name])
}
