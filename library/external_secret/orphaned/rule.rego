# METADATA
# title: Secret outlives its ExternalSecret
# custom:
#   id: ESO-006
#   severity: low
#   targets:
#   - ExternalSecret.external-secrets.io
#   why: Credentials remain that nobody manages.
#   fix: 'Use creationPolicy: Owner and deletionPolicy: Delete.'
package library.external_secret.orphaned

import data.lib.finding

violation contains finding.at(["spec", "target", field], [], msg) if {
	some field, value in {"creationPolicy": "Orphan", "deletionPolicy": "Retain"}
	input.review.object.spec.target[field] == value
	msg := sprintf("%s: %s leaves the Secret behind", [field, value])
}
