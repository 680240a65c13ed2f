# METADATA
# title: Namespace selected by a label that anyone may set
# custom:
#   id: NET-020
#   severity: info
#   targets:
#   - NetworkPolicy.networking.k8s.io
#   why: Only kubernetes.io/metadata.name is set by the API server.
#   fix: Select by kubernetes.io/metadata.name.
package library.network.custom_namespace_label

import data.lib.finding
import data.lib.network

violation contains finding.at(entry.path, ["namespaceSelector", "matchLabels"], msg) if {
	some entry in network.peers(input.review.object)
	labels := object.keys(entry.peer.namespaceSelector.matchLabels)
	count(labels) > 0
	not "kubernetes.io/metadata.name" in labels
	msg := sprintf("NetworkPolicy %q: the labels %s may be set by whoever may label a namespace", [finding.name, concat(", ", labels)])
}
