# METADATA
# title: Beta label
# custom:
#   id: DEP-006
#   severity: low
#   targets:
#   - workload
#   why: New nodes do not carry it, and the Pod finds no place.
#   fix: Use kubernetes.io/arch, kubernetes.io/os, topology.kubernetes.io/zone.
package library.deprecated.beta_label

import data.lib.finding
import data.lib.scheduling

violation contains finding.at(label.path, [], msg) if {
	some label in scheduling.node_labels
	regex.match(`^(failure-domain\.beta\.kubernetes\.io/|beta\.kubernetes\.io/(arch|os|instance-type)$)`, label.name)
	msg := sprintf("the label %s is deprecated", [label.name])
}
