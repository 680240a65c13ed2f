# METADATA
# description: "Istio security objects: rules, sources and the mTLS that is in force."
package lib.istio

object_ := input.review.object

action := chosen if {
	chosen := object_.spec.action
	is_string(chosen)
} else := "ALLOW"

# sources of an AuthorizationPolicy with their paths.
sources := [{"path": ["spec", "rules", i, "from", j, "source"], "source": from.source} |
	some i, rule in object_.spec.rules
	some j, from in rule.from
]

operations := [{"path": ["spec", "rules", i, "to", j, "operation"], "operation": to.operation} |
	some i, rule in object_.spec.rules
	some j, to in rule.to
]

conditions := [{"path": ["spec", "rules", i, "when", j], "condition": condition} |
	some i, rule in object_.spec.rules
	some j, condition in rule.when
]

# strict(ns): a PeerAuthentication of the namespace or of the mesh's root namespace demands mTLS of every workload.
strict(ns) if {
	some place in [ns, "istio-system"]
	some peer in data.inventory.namespace[place][_].PeerAuthentication
	not peer.spec.selector
	peer.spec.mtls.mode == "STRICT"
}
