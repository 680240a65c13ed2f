# METADATA
# title: Cluster-wide scope
# custom:
#   id: SEAL-001
#   severity: high
#   targets:
#   - SealedSecret.bitnami.com
#   why: Whoever may create a SealedSecret anywhere copies this one and reads it.
#   fix: Seal it again with the strict scope.
package library.sealed_secret.cluster_wide_scope

import data.lib.finding

violation contains finding.at(["metadata", "annotations"], [], msg) if {
	input.review.object.metadata.annotations["sealedsecrets.bitnami.com/cluster-wide"] == "true"
	msg := sprintf("SealedSecret %q may be unsealed in every namespace, under every name", [finding.name])
}
