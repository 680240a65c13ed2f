# METADATA
# title: Liveness identical to readiness
# custom:
#   id: WL-027
#   severity: low
#   targets:
#   - workload
#   references:
#   - kube-score
#   why: A Pod under load should leave the Service, not be restarted.
#   fix: Ask less of liveness than of readiness.
package library.workload.identical_probes

import data.lib.finding
import data.lib.workload

violation contains finding.at(c.path, ["livenessProbe"], msg) if {
	some c in workload.main_containers
	is_object(c.spec.livenessProbe)
	c.spec.livenessProbe == c.spec.readinessProbe
	msg := sprintf("container %q: the liveness probe is the readiness probe, so a slow Pod is killed", [c.name])
}
