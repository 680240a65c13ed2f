# METADATA
# title: Projected token valid over a day
# custom:
#   id: WL-058
#   severity: low
#   targets:
#   - workload
#   why: A stolen token works for as long.
#   fix: Ask for an hour; the kubelet renews it.
#   parameters:
#     seconds:
#       type: integer
#       description: The longest validity that is fine; a day by default.
package library.pod.long_lived_token

import data.lib.finding
import data.lib.workload

violation contains finding.at(v.path, ["projected", "sources", i, "serviceAccountToken", "expirationSeconds"], msg) if {
	some v in workload.volumes
	some i, source in v.spec.projected.sources
	source.serviceAccountToken.expirationSeconds > object.get(input.parameters, "seconds", 86400)
	msg := sprintf("volume %q: the token is valid for %d seconds", [v.name, source.serviceAccountToken.expirationSeconds])
}
