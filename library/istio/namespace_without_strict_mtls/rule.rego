# METADATA
# title: No strict mTLS in the namespace
# custom:
#   id: IST-002
#   severity: medium
#   targets:
#   - Namespace
#   why: The mesh default is PERMISSIVE.
#   fix: 'Add a PeerAuthentication with mode: STRICT and no selector.'
#   sync:
#   - security.istio.io/v1/PeerAuthentication
package library.istio.namespace_without_strict_mtls

import data.lib.finding
import data.lib.istio

violation contains finding.at(["metadata", "labels"], [], msg) if {
	labels := input.review.object.metadata.labels
	_injected(labels)
	not istio.strict(input.review.object.metadata.name)
	msg := sprintf("namespace %q is in the mesh and no PeerAuthentication demands mTLS of all its workloads", [finding.name])
}

_injected(labels) if labels["istio-injection"] == "enabled"

_injected(labels) if labels["istio.io/rev"]
