# METADATA
# description: |
#   The one place that knows where a workload keeps its Pod template, its containers and its volumes.
#   The rules read the object under review; the functions with the suffix `_of` take any object.
package lib.workload

_spec_paths := {
	"Pod": ["spec"],
	"PodTemplate": ["template", "spec"],
	"ReplicationController": ["spec", "template", "spec"],
	"Deployment": ["spec", "template", "spec"],
	"ReplicaSet": ["spec", "template", "spec"],
	"StatefulSet": ["spec", "template", "spec"],
	"DaemonSet": ["spec", "template", "spec"],
	"Job": ["spec", "template", "spec"],
	"CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
}

_metadata_paths := {
	"Pod": ["metadata"],
	"PodTemplate": ["template", "metadata"],
	"ReplicationController": ["spec", "template", "metadata"],
	"Deployment": ["spec", "template", "metadata"],
	"ReplicaSet": ["spec", "template", "metadata"],
	"StatefulSet": ["spec", "template", "metadata"],
	"DaemonSet": ["spec", "template", "metadata"],
	"Job": ["spec", "template", "metadata"],
	"CronJob": ["spec", "jobTemplate", "spec", "template", "metadata"],
}

_container_fields := ["initContainers", "containers", "ephemeralContainers"]

# The kinds that run without an end, for which probes and replicas make sense.
long_running := {"Pod", "ReplicationController", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"}

obj := input.review.object

kind := obj.kind

path := _spec_paths[kind]

metadata_path := _metadata_paths[kind]

pod := spec_of(obj)

metadata := metadata_of(obj)

annotations := _object(metadata, "annotations")

labels := _object(metadata, "labels")

security_context := _object(pod, "securityContext")

windows if pod.os.name == "windows"

# The Pod has asked for a user namespace of its own, so root inside is nobody outside.
user_namespace if pod.hostUsers == false

# The service account that the Pod runs as.
service_account := named if {
	some field in ["serviceAccountName", "serviceAccount"]
	named := object.get(pod, field, "")
	not named in {"", null}
} else := "default"

containers := containers_of(obj)

# The containers that go on running: `containers`, and init containers that are sidecars.
main_containers := [c | some c in containers; _goes_on(c)]

_goes_on(c) if c.field == "containers"

_goes_on(c) if {
	c.field == "initContainers"
	c.spec.restartPolicy == "Always"
}

running_containers := [c | some c in containers; c.field != "ephemeralContainers"]

volumes := [{"name": object.get(v, "name", ""), "path": array.concat(path, ["volumes", i]), "spec": v} |
	some i, v in pod.volumes
]

# Each mount of a path of the node.
host_path_mounts := [entry |
	some v in volumes
	v.spec.hostPath != null
	some c in containers
	some i, mount in c.spec.volumeMounts
	mount.name == v.name
	entry := {
		"container": c.name,
		"volume": v.name,
		"source": object.get(v.spec.hostPath, "path", ""),
		"path": array.concat(c.path, ["volumeMounts", i]),
		"spec": mount,
	}
]

# Each Secret that a container gets whole, as variables.
secrets_as_variables := [entry |
	some c in containers
	some i, source in c.spec.envFrom
	entry := {
		"container": c.name,
		"name": object.get(source.secretRef, "name", ""),
		"path": array.concat(c.path, ["envFrom", i, "secretRef"]),
	}
]

spec_of(workload) := spec if {
	spec := _template(workload).spec
	is_object(spec)
}

metadata_of(workload) := metadata if {
	metadata := _template(workload).metadata
	is_object(metadata)
} else := {}

# What holds the spec and the metadata of its Pods. The paths once more, as refs, which is how they are reached fastest.
_template(workload) := workload if {
	workload.kind == "Pod"
} else := workload.spec.jobTemplate.spec.template if {
	workload.kind == "CronJob"
} else := workload.template if {
	workload.kind == "PodTemplate"
} else := workload.spec.template if {
	_spec_paths[workload.kind]
}

labels_of(workload) := _object(metadata_of(workload), "labels")

containers_of(workload) := [entry |
	spec := spec_of(workload)
	base := _spec_paths[workload.kind]
	some field in _container_fields
	some i, container in spec[field]
	is_object(container)
	entry := {
		"name": object.get(container, "name", ""),
		"field": field,
		"path": array.concat(base, [field, i]),
		"spec": container,
		"security_context": _object(container, "securityContext"),
	}
]

# Each capability that a container adds, by the name that the runtimes make of it: `cap_sys_admin` is SYS_ADMIN.
added_capabilities := [entry |
	some c in containers
	some i, written in c.security_context.capabilities.add
	entry := {
		"container": c.name,
		"path": array.concat(c.path, ["securityContext", "capabilities", "add", i]),
		"written": written,
		"name": capability(written),
	}
]

# without_limit(resource): the main containers for which neither they nor their Pod as a whole state one.
without_limit(resource) := [c |
	not _states(pod, "limits", resource)
	some c in main_containers
	not _states(c.spec, "limits", resource)
]

# without_request(resource): likewise. The API server copies a limit into a missing request.
without_request(resource) := [c |
	not _states(pod, "requests", resource)
	some c in without_limit(resource)
	not _states(c.spec, "requests", resource)
]

_states(holder, section, resource) if object.get(holder, ["resources", section, resource], null) != null

capability(written) := trim_prefix(upper(written), "CAP_")

# What a controller keeps running; a missing `replicas` is one.
replicas_of(workload) := count if {
	count := object.get(workload, ["spec", "replicas"], 1)
	is_number(count)
}

_object(parent, key) := value if {
	value := parent[key]
	is_object(value)
} else := {}

# Everything of the object under review that has a securityContext: the Pod itself, then each container.
security_holders := array.concat([{"path": path, "security_context": security_context} | pod], containers)

# label(holder): what messages call it.
label(holder) := sprintf("container %q", [holder.name])

label(holder) := "the Pod" if not holder.field
