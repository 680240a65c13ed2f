# METADATA
# title: Unsealed Secret of the same name
# custom:
#   id: SEAL-007
#   severity: critical
#   targets:
#   - Secret
#   why: Sealing served nothing.
#   fix: Remove the Secret, and change the credential.
#   sync:
#   - bitnami.com/v1alpha1/SealedSecret
package library.sealed_secret.unsealed_twin

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["metadata", "name"], [], msg) if {
	count(object.union(object.get(input.review.object, "data", {}), object.get(input.review.object, "stringData", {}))) > 0
	some sealed in inventory.objects(inventory.namespace, "SealedSecret")
	sealed.metadata.name == input.review.object.metadata.name
	msg := sprintf("the Secret %q lies open beside the SealedSecret of the same name", [sealed.metadata.name])
}
