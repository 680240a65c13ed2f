# METADATA
# title: Sidecar injection turned off
# custom:
#   id: IST-021
#   severity: medium
#   targets:
#   - workload
#   - Namespace
#   references:
#   - IST0102
#   - IST0103
#   - IST0123
#   why: No mTLS and no authorization for it.
#   fix: Remove the label.
package library.istio.injection_off

import data.lib.finding
import data.lib.workload

violation contains finding.at(workload.metadata_path, ["annotations", _key], msg) if {
	workload.annotations[_key] == "false"
	msg := "the Pod stays outside the mesh"
}

violation contains finding.at(workload.metadata_path, ["labels", _key], msg) if {
	workload.labels[_key] == "false"
	msg := "the Pod stays outside the mesh"
}

violation contains finding.at(["metadata", "labels", "istio-injection"], [], msg) if {
	input.review.object.kind == "Namespace"
	input.review.object.metadata.labels["istio-injection"] == "disabled"
	msg := sprintf("namespace %q stays outside the mesh", [finding.name])
}

_key := "sidecar.istio.io/inject"
