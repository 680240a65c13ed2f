# METADATA
# title: Secret mounted readable for everyone
# custom:
#   id: SEC-010
#   severity: low
#   targets:
#   - workload
#   why: Any process of the container reads it. 0644 is octal; 644 without the zero is another mode.
#   fix: 'Set defaultMode: 0400.'
package library.secret.world_readable_mount

import data.lib.finding
import data.lib.workload

violation contains finding.at(v.path, ["secret", "defaultMode"], msg) if {
	some v in workload.volumes
	mode := v.spec.secret.defaultMode
	is_number(mode)
	bits.and(mode, 4) != 0
	mode != 420
	msg := sprintf("volume %q: the mode %d lets every user of the container read the Secret", [v.name, mode])
}
