# METADATA
# title: Identity asked for without strict mTLS
# custom:
#   id: IST-004
#   severity: high
#   targets:
#   - AuthorizationPolicy.security.istio.io
#   why: A plain-text caller has no identity; rules with not… even let it in.
#   fix: 'Add a PeerAuthentication with mode: STRICT.'
#   sync:
#   - security.istio.io/v1/PeerAuthentication
package library.istio.identity_without_mtls

import data.lib.finding
import data.lib.inventory
import data.lib.istio
import data.lib.selector

violation contains finding.at(entry.path, [field], msg) if {
	not _mtls
	some entry in istio.sources
	some field in ["principals", "notPrincipals", "namespaces", "notNamespaces", "serviceAccounts", "notServiceAccounts"]
	count(entry.source[field]) > 0
	msg := sprintf("AuthorizationPolicy %q: %s means something only under strict mTLS, which no PeerAuthentication here demands", [finding.name, field])
}

_mtls if istio.strict(inventory.namespace)

_mtls if {
	some peer in inventory.objects(inventory.namespace, "PeerAuthentication")
	peer.spec.mtls.mode == "STRICT"
	selector.matches(peer.spec.selector, input.review.object.spec.selector.matchLabels)
}

# Without any PeerAuthentication in the input there is nothing to judge by.
_mtls if count(inventory.everywhere("PeerAuthentication")) == 0
