# METADATA
# description: The Kubernetes version a rule is asked about, parameter `kubernetesVersion`; `latest` by default.
package lib.version

_latest := 9999

# minor("v1.25.3") is 25.
minor(text) := _latest if text in {"", "latest"}

minor(text) := to_number(split(trim_prefix(text, "v"), ".")[1]) if startswith(trim_prefix(text, "v"), "1.")

current := minor(object.get(input.parameters, "kubernetesVersion", "latest"))

at_least(number) if current >= number

before(number) if current < number

# From this version on a stricter rule of the same set speaks instead.
superseded if at_least(minor(input.parameters.supersededFrom))
