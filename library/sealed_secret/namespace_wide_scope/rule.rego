# METADATA
# title: Namespace-wide scope
# custom:
#   id: SEAL-002
#   severity: medium
#   targets:
#   - SealedSecret.bitnami.com
#   why: It can be renamed to take the place of another Secret.
#   fix: Seal it again with the strict scope.
package library.sealed_secret.namespace_wide_scope

import data.lib.finding

_annotations := object.get(input.review.object.metadata, "annotations", {})

violation contains finding.at(["metadata", "annotations"], [], msg) if {
	_annotations["sealedsecrets.bitnami.com/namespace-wide"] == "true"
	not _annotations["sealedsecrets.bitnami.com/cluster-wide"] == "true"
	msg := sprintf("SealedSecret %q may be unsealed under every name", [finding.name])
}
