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

violation contains finding.fixable(kept.path, ["imagePullPolicy"], "Always", kept.msg) if {
	some kept in _kept("IfNotPresent")
}

# An image that is only on the node cannot be pulled.
violation contains finding.repairable(kept.path, ["imagePullPolicy"], "Always", kept.msg) if {
	some kept in _kept("Never")
}

_kept(policy) := [{"path": c.path, "msg": msg} |
	some c in workload.containers
	c.spec.imagePullPolicy == policy
	image.floating(c.spec.image)
	msg := sprintf("container %q: %s with the floating tag of %q runs whatever the node has", [c.name, policy, c.spec.image])
]
