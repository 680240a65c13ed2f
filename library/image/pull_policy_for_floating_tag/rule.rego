# METADATA
# title: Pull policy keeps an old image for a floating tag
# custom:
#   id: WL-011
#   severity: low
#   targets:
#   - workload
#   references:
#   - CKV_K8S_15
#   why: Nodes end up running different images under one name.
#   fix: 'Pin the image, or set imagePullPolicy: Always.'
package library.image.pull_policy_for_floating_tag

import data.lib.finding
import data.lib.image
import data.lib.workload

violation contains finding.fixable(c.path, ["imagePullPolicy"], "Always", msg) if {
	some c in workload.containers
	c.spec.imagePullPolicy in {"IfNotPresent", "Never"}
	image.floating(c.spec.image)
	msg := sprintf("container %q: %s with the floating tag of %q runs whatever the node has", [c.name, c.spec.imagePullPolicy, c.spec.image])
}
