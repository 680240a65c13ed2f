# METADATA
# title: API version removed
# custom:
#   id: DEP-001
#   severity: high
#   targets:
#   - '*'
#   references:
#   - pluto
#   why: The cluster refuses the object.
#   fix: Use the version that is served.
#   parameters:
#     kubernetesVersion:
#       type: string
#       pattern: ^(latest|v?1\.[0-9]+.*)$
#       description: Kubernetes version of the cluster; latest by default.
#       default: latest
package library.deprecated.removed_api

import data.lib.finding
import data.lib.lifecycle
import data.lib.version

violation contains finding.at(["apiVersion"], [], msg) if {
	[_, removed, instead] := lifecycle.of(input.review.object)
	version.at_least(removed)
	msg := sprintf("%s %s is gone since Kubernetes 1.%d%s", [input.review.object.apiVersion, input.review.object.kind, removed, lifecycle.hint(instead)])
}
