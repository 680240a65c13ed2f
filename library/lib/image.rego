# METADATA
# description: Image references taken apart as the container runtimes do.
package lib.image

# parse("registry:5000/a/b:1@sha256:…") gives registry, repository, tag and digest; "" where absent.
parse(reference) := {"registry": registry, "repository": repository, "tag": tag, "digest": digest} if {
	at := split(reference, "@")
	digest := concat("@", array.slice(at, 1, count(at)))
	parts := split(at[0], "/")
	last := parts[count(parts) - 1]
	named := split(last, ":")
	tag := concat(":", array.slice(named, 1, count(named)))
	registry := _registry(parts)
	names := array.concat(array.slice(parts, 0, count(parts) - 1), [named[0]])
	repository := _repository(registry, names)
}

# The first part is a registry when it could not be a Docker Hub user.
_registry(parts) := parts[0] if {
	count(parts) > 1
	_is_host(parts[0])
} else := "docker.io"

_is_host(part) if contains(part, ".")

_is_host(part) if contains(part, ":")

_is_host("localhost")

_repository("docker.io", names) := concat("/", ["library", names[0]]) if count(names) == 1

# docker.io/nginx is docker.io/library/nginx.
_repository("docker.io", ["docker.io", name]) := concat("/", ["library", name])

_repository(registry, names) := concat("/", array.slice(names, 1, count(names))) if {
	count(names) > 1
	names[0] == registry
	names[0] != "docker.io"
}

_repository("docker.io", names) := concat("/", array.slice(names, 1, count(names))) if {
	count(names) > 2
	names[0] == "docker.io"
}

_repository(registry, names) := concat("/", names) if {
	count(names) > 1
	names[0] != registry
}

# from_one_of(reference, allowed): an entry is a registry or a path below it, matched by whole path segments: `a.io/b`
# does not allow `a.io/bad`.
from_one_of(reference, allowed) if {
	parsed := parse(reference)
	full := concat("/", [parsed.registry, parsed.repository, ""])
	some entry in allowed
	startswith(full, concat("", [trim_suffix(entry, "/"), "/"]))
}

# floating(reference): its tag will mean another image tomorrow.
floating(reference) if {
	not contains(reference, "@")
	_tag(reference) in {"", "latest"}
}

pinned(reference) if regex.match(`@sha(256|512):`, reference)

# name(reference): the last part of the repository, "controller" of "registry.k8s.io/ingress-nginx/controller:v1".
name(reference) := split(split(_last(reference), "@")[0], ":")[0]

_tag(reference) := concat(":", array.slice(named, 1, count(named))) if {
	named := split(_last(reference), ":")
}

_last(reference) := parts[count(parts) - 1] if {
	parts := split(reference, "/")
}
