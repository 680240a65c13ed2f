# METADATA
# title: ClusterSecretStore reference without a namespace
# custom:
#   id: ESO-009
#   severity: high
#   targets:
#   - ClusterSecretStore.external-secrets.io
#   why: A namespace can give the store a credential of its own.
#   fix: Name the namespace.
package library.external_secret.secret_ref_namespace_missing

import data.lib.finding

violation contains finding.at(path, [], msg) if {
	walk(input.review.object.spec.provider, [rest, value])
	count(rest) > 0
	last := rest[count(rest) - 1]
	is_string(last)
	regex.match(`(SecretRef|serviceAccountRef)$`, last)
	is_object(value)
	value.name
	object.get(value, "namespace", "") == ""
	path := array.concat(["spec", "provider"], rest)
	msg := sprintf("ClusterSecretStore %q: %s names no namespace, so each user's own is looked in", [finding.name, last])
}
