# METADATA
# title: Endpoints object
# custom:
#   id: DEP-008
#   severity: low
#   targets:
#   - Endpoints
#   why: Dual stack and large sets are not served by it.
#   fix: Use an EndpointSlice.
package library.deprecated.endpoints

import data.lib.finding

violation contains finding.at(["kind"], [], msg) if {
	msg := sprintf("Endpoints %q: the API is deprecated since Kubernetes 1.33", [finding.name])
}
