# METADATA
# title: PersistentVolumes creatable
# custom:
#   id: CIS-5.1.9
#   severity: medium
#   targets:
#   - ClusterRole.rbac.authorization.k8s.io
#   controls:
#   - standard: cis
#     id: 5.1.9
#     versions: 1.8-1.12
#   why: A PersistentVolume may be a path of the node.
#   fix: Use storage classes.
package library.rbac.persistent_volumes_creatable

import data.lib.finding
import data.lib.rbac

violation contains finding.at(given.path, [], given.msg) if {
	some given in rbac.given("", ["persistentvolumes"], ["create"])
}
