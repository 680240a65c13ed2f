# METADATA
# description: Kubernetes quantities ("100m", "1Gi", "1e3", 2) as numbers.
package lib.quantity

value(quantity) := quantity if is_number(quantity)

value(quantity) := units.parse(quantity) if is_string(quantity)
