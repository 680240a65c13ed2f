# METADATA
# description: What the rules of a Role or ClusterRole grant, wildcards included.
package lib.rbac

# grants(role): each rule with its path.
grants(role) := [{"path": ["rules", i], "rule": rule} | some i, rule in role.rules]

# Verbs of `wanted` that a rule gives on a resource ("secrets", "pods/exec") of an API group.
verbs(rule, group, resource, wanted) := {verb |
	covers_group(rule, group)
	covers_resource(rule, resource)
	some verb in wanted
	covers_verb(rule, verb)
}

covers_group(rule, group) if {
	some name in rule.apiGroups
	name in {"*", group}
}

covers_resource(rule, resource) if {
	some name in rule.resources
	name in {"*", resource}
}

# "pods/*" covers every subresource of pods, "*/scale" the subresource scale of everything.
covers_resource(rule, resource) if {
	parts := split(resource, "/")
	count(parts) == 2
	some name in rule.resources
	name in {concat("/", [parts[0], "*"]), concat("/", ["*", parts[1]])}
}

covers_verb(rule, verb) if {
	some name in rule.verbs
	name in {"*", verb}
}

# A rule that gives everything is wildcards' business; the finer rules leave it out.
total(rule) if {
	"*" in rule.apiGroups
	"*" in rule.resources
	"*" in rule.verbs
}

# Roles that Kubernetes itself brings, by name and label: either alone anybody could take.
bootstrap(object) if {
	object.metadata.labels["kubernetes.io/bootstrapping"] == "rbac-defaults"
	startswith(object.metadata.name, "system:")
}

bootstrap(object) if {
	object.metadata.labels["kubernetes.io/bootstrapping"] == "rbac-defaults"
	object.metadata.name in default_roles
}

default_roles := {"cluster-admin", "admin", "edit", "view"}
