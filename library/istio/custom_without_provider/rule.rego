# METADATA
# title: CUSTOM action without a provider
# custom:
#   id: IST-030
#   severity: medium
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: All requests are denied, or the policy is ignored.
#   fix: Name the provider.
package library.istio.custom_without_provider

import data.lib.finding
import data.lib.istio

violation contains finding.at(["spec", "provider"], [], msg) if {
	istio.action == "CUSTOM"
	not input.review.object.spec.provider.name
	msg := sprintf("AuthorizationPolicy %q leaves the decision to a provider and names none", [finding.name])
}
