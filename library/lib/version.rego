# METADATA
# description: The Kubernetes version a rule is asked about, parameter `kubernetesVersion`; `latest` by default.
package lib.version

# The newest release that the rules know of.
_latest := 37

# minor("v1.25.3") is 25; what is no version means the latest, as it does to the API server.
minor(text) := number if {
	found := regex.find_all_string_submatch_n(`^v?1\.(\d+)`, text, 1)
	number := to_number(found[0][1])
} else := _latest

current := minor(object.get(input.parameters, "kubernetesVersion", "latest"))

at_least(number) if current >= number

before(number) if current < number

# From this version on a stricter rule of the same set speaks instead.
superseded if at_least(minor(input.parameters.supersededFrom))
