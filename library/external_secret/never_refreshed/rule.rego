# METADATA
# title: Never refreshed
# custom:
#   id: ESO-005
#   severity: low
#   targets:
#   - ExternalSecret.external-secrets.io
#   why: A rotated credential is not rotated in the cluster.
#   fix: 'Set a refreshInterval, or refreshPolicy: CreatedOnce if it is meant.'
package library.external_secret.never_refreshed

import data.lib.finding

violation contains finding.at(["spec", "refreshInterval"], [], msg) if {
	object.get(input.review.object.spec, "refreshInterval", "1h") in {"0", "0s", "0m", "0h", 0}
	not object.get(input.review.object.spec, "refreshPolicy", "Periodic") in {"CreatedOnce", "OnChange"}
	msg := sprintf("ExternalSecret %q never follows a change in the store", [finding.name])
}
