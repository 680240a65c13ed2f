# METADATA
# title: Cluster store referenced without its kind
# custom:
#   id: ESO-013
#   severity: medium
#   targets:
#   - ExternalSecret.external-secrets.io
#   why: The Secret is never made.
#   fix: 'Add kind: ClusterSecretStore.'
#   sync:
#   - external-secrets.io/v1/SecretStore
#   - external-secrets.io/v1/ClusterSecretStore
package library.external_secret.store_kind_missing

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["spec", "secretStoreRef"], [], msg) if {
	ref := input.review.object.spec.secretStoreRef
	object.get(ref, "kind", "") == ""
	ref.name in {store.metadata.name | some store in inventory.cluster("ClusterSecretStore")}
	not ref.name in {store.metadata.name | some store in inventory.objects(inventory.namespace, "SecretStore")}
	msg := sprintf("%q is a ClusterSecretStore, and without kind a SecretStore is looked for", [ref.name])
}
