# METADATA
# title: Metric that does not exist any more
# custom:
#   id: PROM-003
#   severity: high
#   targets:
#   - PrometheusRules.gatewright.dev
#   references:
#   - promql/series
#   why: The alert is silent for ever and looks as if all were well.
#   fix: Use the metric that took its place.
package library.prometheus.metric_gone

import data.lib.finding
import data.lib.promql

_gone := {
	"kube_pod_security_policy_privileged": "PodSecurityPolicy is gone since Kubernetes 1.25; use kyverno, Gatekeeper or Pod Security metrics such as pod_security_evaluations_total",
	"kube_pod_container_resource_requests_cpu_cores": "use kube_pod_container_resource_requests{resource=\"cpu\"}",
	"kube_pod_container_resource_requests_memory_bytes": "use kube_pod_container_resource_requests{resource=\"memory\"}",
	"kube_pod_container_resource_limits_cpu_cores": "use kube_pod_container_resource_limits{resource=\"cpu\"}",
	"kube_pod_container_resource_limits_memory_bytes": "use kube_pod_container_resource_limits{resource=\"memory\"}",
	"kube_node_status_capacity_cpu_cores": "use kube_node_status_capacity{resource=\"cpu\"}",
	"kube_node_status_capacity_memory_bytes": "use kube_node_status_capacity{resource=\"memory\"}",
	"kube_node_status_capacity_pods": "use kube_node_status_capacity{resource=\"pods\"}",
	"kube_node_status_allocatable_cpu_cores": "use kube_node_status_allocatable{resource=\"cpu\"}",
	"kube_node_status_allocatable_memory_bytes": "use kube_node_status_allocatable{resource=\"memory\"}",
	"kube_node_status_allocatable_pods": "use kube_node_status_allocatable{resource=\"pods\"}",
	"kube_hpa_status_current_replicas": "use kube_horizontalpodautoscaler_status_current_replicas",
	"kube_hpa_status_desired_replicas": "use kube_horizontalpodautoscaler_status_desired_replicas",
	"kube_hpa_spec_max_replicas": "use kube_horizontalpodautoscaler_spec_max_replicas",
	"kube_hpa_spec_min_replicas": "use kube_horizontalpodautoscaler_spec_min_replicas",
	"node_cpu": "use node_cpu_seconds_total",
	"node_memory_MemFree": "use node_memory_MemFree_bytes",
	"node_memory_MemTotal": "use node_memory_MemTotal_bytes",
	"node_memory_MemAvailable": "use node_memory_MemAvailable_bytes",
	"node_filesystem_free": "use node_filesystem_free_bytes",
	"node_filesystem_size": "use node_filesystem_size_bytes",
	"node_network_receive_bytes": "use node_network_receive_bytes_total",
	"node_network_transmit_bytes": "use node_network_transmit_bytes_total",
	"apiserver_request_count": "use apiserver_request_total",
	"apiserver_request_latencies_bucket": "use apiserver_request_duration_seconds_bucket",
	"etcd_request_latencies_summary": "use etcd_request_duration_seconds",
	"rest_client_request_latency_seconds_bucket": "use rest_client_request_duration_seconds_bucket",
	"scheduler_e2e_scheduling_latency_microseconds": "use scheduler_scheduling_attempt_duration_seconds",
	"kubelet_docker_operations": "use kubelet_runtime_operations_total",
}

violation contains finding.line(promql.line(entry, "expr"), msg) if {
	some entry in promql.rules
	some metric in entry.rule.metrics
	hint := _gone[metric]
	msg := sprintf("%s can never fire: nothing exports %s; %s", [entry.name, metric, hint])
}
