# METADATA
# title: Traffic past the sidecar
# custom:
#   id: IST-022
#   severity: medium
#   targets:
#   - workload
#   why: Neither mTLS nor authorization holds there.
#   fix: Remove the annotation.
package library.istio.traffic_excluded

import data.lib.finding
import data.lib.workload

violation contains finding.at(workload.metadata_path, ["annotations", key], msg) if {
	some key, value in workload.annotations
	startswith(key, "traffic.sidecar.istio.io/exclude")
	value != ""
	msg := sprintf("%s: traffic on %s passes by the mesh", [key, value])
}
