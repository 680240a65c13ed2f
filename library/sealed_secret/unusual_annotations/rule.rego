# METADATA
# title: Annotations that change ownership
# custom:
#   id: SEAL-008
#   severity: info
#   targets:
#   - SealedSecret.bitnami.com
#   why: Deleting the SealedSecret does not delete the Secret.
#   fix: Remove the annotation unless it is meant.
package library.sealed_secret.unusual_annotations

import data.lib.finding

violation contains finding.at(["metadata", "annotations", key], [], msg) if {
	some name in ["managed", "patch", "skip-set-owner-references"]
	key := concat("", ["sealedsecrets.bitnami.com/", name])
	input.review.object.metadata.annotations[key] == "true"
	msg := sprintf("%s: the Secret may outlive this object or take over another", [key])
}
