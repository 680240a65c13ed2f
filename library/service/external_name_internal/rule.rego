# METADATA
# title: ExternalName of an internal host
# custom:
#   id: SVC-005
#   severity: medium
#   targets:
#   - Service
#   why: An Ingress that leads to it reaches what its owner may not.
#   fix: Use the name of a host outside the cluster.
package library.service.external_name_internal

import data.lib.finding

violation contains finding.at(["spec", "externalName"], [], msg) if {
	input.review.object.spec.type == "ExternalName"
	name := lower(trim_suffix(input.review.object.spec.externalName, "."))
	regex.match(`^(localhost|.*\.local|metadata\.google\.internal|[0-9.]+)$`, name)
	msg := sprintf("Service %q stands for %s, which is no external name", [finding.name, name])
}
