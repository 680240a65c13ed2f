# METADATA
# title: Any identity or issuer
# custom:
#   id: IST-009
#   severity: medium
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: Any workload of the mesh, or any token of any issuer, will do.
#   fix: Name identities, or the issuer.
package library.istio.any_identity

import data.lib.finding
import data.lib.istio

violation contains finding.at(entry.path, [field], msg) if {
	istio.action == "ALLOW"
	some entry in istio.sources
	some field in ["principals", "requestPrincipals", "namespaces"]
	"*" in entry.source[field]
	msg := sprintf("AuthorizationPolicy %q: %s \"*\" is anybody", [finding.name, field])
}
