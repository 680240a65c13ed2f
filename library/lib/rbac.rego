# METADATA
# description: What the rules of a Role or ClusterRole grant, wildcards included.
package lib.rbac

import data.lib.finding

# grants(role): each rule with its path.
grants(role) := [{"path": ["rules", i], "rule": rule} | some i, rule in role.rules]

# What the role under review gives beyond what others judge: Kubernetes' own roles are left out, and the rules that give
# everything, which are wildcards' business.
grants_under_review := [grant |
	not bootstrap(input.review.object)
	some grant in grants(input.review.object)
	not total(grant.rule)
]

# given(group, resources, wanted): what it gives of the verbs on the resources ("secrets", "pods/exec") of an API group,
# an entry for each rule and resource, with the path of the verbs and the words for it.
given(group, resources, wanted) := [entry |
	some grant in grants_under_review
	covers_group(grant.rule, group)
	some resource in resources
	covers_resource(grant.rule, resource)
	verbs := [verb | some verb in wanted; covers_verb(grant.rule, verb)]
	count(verbs) > 0
	entry := {
		"rule": grant.rule,
		"resource": resource,
		"verbs": verbs,
		"path": array.concat(grant.path, ["verbs"]),
		"msg": sprintf("%s may %s %s", [who, concat(", ", verbs), resource]),
	}
]

# What messages call the role or binding under review.
who := sprintf("%s %q", [input.review.object.kind, finding.name])

# Without names a rule is about every object of its resources.
names(rule) := object.get(rule, "resourceNames", [])

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

# total(rule): it gives everything.
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
