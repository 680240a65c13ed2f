# METADATA
# title: Namespace missing in strict scope
# custom:
#   id: SEAL-009
#   severity: medium
#   targets:
#   - SealedSecret.bitnami.com
#   why: Applied elsewhere it fails.
#   fix: Name the namespace.
package library.sealed_secret.namespace_missing

import data.lib.finding

violation contains finding.at(["metadata", "namespace"], [], msg) if {
	# An object without a namespace is reviewed in `default`; kubeseal writes the namespace it sealed for into the template.
	object.get(input.review.object.metadata, "namespace", "default") == "default"
	object.get(input.review.object, ["spec", "template", "metadata", "namespace"], "") == ""
	not _cluster_wide
	msg := sprintf("SealedSecret %q names no namespace; it can be unsealed in one only", [finding.name])
}

_cluster_wide if input.review.object.metadata.annotations["sealedsecrets.bitnami.com/cluster-wide"] == "true"
