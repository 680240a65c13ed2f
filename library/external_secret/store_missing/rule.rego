# METADATA
# title: Secret store missing
# custom:
#   id: ESO-010
#   severity: low
#   targets:
#   - ExternalSecret.external-secrets.io
#   why: The Secret is never made.
#   fix: Correct the name.
#   sync:
#   - external-secrets.io/v1/SecretStore
#   - external-secrets.io/v1/ClusterSecretStore
package library.external_secret.store_missing

import data.lib.finding
import data.lib.inventory

violation contains finding.at(["spec", "secretStoreRef", "name"], [], msg) if {
	ref := input.review.object.spec.secretStoreRef
	kind := object.get(ref, "kind", "SecretStore")
	stores := _stores(kind)
	count(stores) > 0
	not ref.name in {store.metadata.name | some store in stores}
	msg := sprintf("there is no %s %q", [kind, ref.name])
}

_stores("SecretStore") := inventory.objects(inventory.namespace, "SecretStore")

_stores("ClusterSecretStore") := inventory.cluster("ClusterSecretStore")
