# METADATA
# title: API version deprecated
# custom:
#   id: DEP-002
#   severity: medium
#   targets:
#   - '*'
#   references:
#   - pluto
#   - https://kubernetes.io/docs/reference/using-api/deprecation-guide/
#   why: A later release refuses the object.
#   fix: Use the version that stays.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version of the cluster; latest by default.
#       default: latest
package library.deprecated.deprecated_api

import data.lib.finding
import data.lib.lifecycle
import data.lib.version

# What is gone already is removed_api's.
violation contains finding.at(["apiVersion"], [], msg) if {
	[deprecated, removed, instead] := lifecycle.of(input.review.object)
	version.at_least(deprecated)
	version.before(removed)
	msg := sprintf("%s %s is deprecated since Kubernetes 1.%d and goes in 1.%d%s", [input.review.object.apiVersion, input.review.object.kind, deprecated, removed, lifecycle.hint(instead)])
}
