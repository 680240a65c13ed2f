# METADATA
# title: Registry prefix without a trailing slash
# custom:
#   id: GK-018
#   severity: high
#   targets:
#   - '*.constraints.gatekeeper.sh'
#   references:
#   - KSV-0124
#   why: A registry or repository whose name begins alike is allowed.
#   fix: End the prefix with /.
package library.gatekeeper.registry_prefix

import data.lib.finding

violation contains finding.at(["spec", "parameters", name, i], [], msg) if {
	some name in ["repos", "allowedRepos", "registries", "allowedRegistries"]
	some i, prefix in input.review.object.spec.parameters[name]
	not endswith(prefix, "/")
	not regex.match(`[:@][^/]*$|\*$`, prefix)
	msg := sprintf("%q also allows %s.evil.example and %s-evil/…", [prefix, prefix, prefix])
}
