# METADATA
# title: ClusterSecretStore for every namespace
# custom:
#   id: ESO-003
#   severity: high
#   targets:
#   - ClusterSecretStore.external-secrets.io
#   why: Whoever may create an ExternalSecret anywhere reads the store.
#   fix: Add conditions that name the namespaces.
package library.external_secret.store_for_all

import data.lib.finding

violation contains finding.at(["spec", "conditions"], [], msg) if {
	count(object.get(input.review.object.spec, "conditions", [])) == 0
	msg := sprintf("ClusterSecretStore %q may be used from every namespace", [finding.name])
}
