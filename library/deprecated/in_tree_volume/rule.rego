# METADATA
# title: In-tree volume plugin
# custom:
#   id: DEP-009
#   severity: medium
#   targets:
#   - workload
#   - PersistentVolume
#   - StorageClass.storage.k8s.io
#   why: The plugins have moved to CSI drivers, and some are gone.
#   fix: Use the CSI driver.
package library.deprecated.in_tree_volume

import data.lib.finding
import data.lib.workload

_sources := {
	"awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "flocker", "gcePersistentDisk",
	"glusterfs", "photonPersistentDisk", "portworxVolume", "quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume",
}

violation contains finding.at(v.path, [source], msg) if {
	some v in workload.volumes
	some source, _ in v.spec
	source in _sources
	msg := sprintf("volume %q uses the in-tree plugin %s", [v.name, source])
}

violation contains finding.at(["spec", source], [], msg) if {
	input.review.object.kind == "PersistentVolume"
	some source, _ in input.review.object.spec
	source in _sources
	msg := sprintf("PersistentVolume %q uses the in-tree plugin %s", [finding.name, source])
}

violation contains finding.at(["provisioner"], [], msg) if {
	startswith(input.review.object.provisioner, "kubernetes.io/")
	input.review.object.provisioner != "kubernetes.io/no-provisioner"
	msg := sprintf("StorageClass %q uses the in-tree provisioner %s", [finding.name, input.review.object.provisioner])
}
