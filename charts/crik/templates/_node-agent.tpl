{{/* The name of all objects of the node agent. */}}
{{- define "crik.agent.name" -}}
crik-node-agent
{{- end }}

{{/* The labels that select the Pods. They must not change: the selector of a DaemonSet cannot be changed. */}}
{{- define "crik.agent.selector" -}}
app.kubernetes.io/name: {{ include "crik.agent.name" . | quote }}
app.kubernetes.io/part-of: crik
{{- end }}

{{- define "crik.agent.labels" -}}
{{- $own := dict
      "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_")
      "app.kubernetes.io/instance" .Release.Name
      "app.kubernetes.io/version" .Chart.AppVersion
      "app.kubernetes.io/component" "node-agent"
      "app.kubernetes.io/managed-by" .Release.Service }}
{{- mergeOverwrite (deepCopy (default dict .Values.commonLabels)) $own (include "crik.agent.selector" . | fromYaml) | toYaml }}
{{- end }}

{{- define "crik.agent.podLabels" -}}
{{- $own := dict "app.kubernetes.io/instance" .Release.Name "app.kubernetes.io/component" "node-agent" }}
{{- mergeOverwrite (deepCopy (default dict .Values.commonLabels)) (default dict .Values.nodeAgent.podLabels) $own (include "crik.agent.selector" . | fromYaml) | toYaml }}
{{- end }}

{{- define "crik.agent.metadata" -}}
name: {{ include "crik.agent.name" . | quote }}
namespace: {{ .Release.Namespace | quote }}
labels:
  {{- include "crik.agent.labels" . | nindent 2 }}
{{- end }}

{{- define "crik.agent.clusterMetadata" -}}
name: {{ include "crik.agent.name" . | quote }}
labels:
  {{- include "crik.agent.labels" . | nindent 2 }}
{{- end }}

{{/* The variables of the agent, each with its name and its value. Those of the user win. */}}
{{- define "crik.agent.env" -}}
{{- $agent := .Values.nodeAgent }}
{{- $own := dict
      "CRIK_NODE_AGENT_METRICS_PORT" "8080"
      "CRIK_NODE_AGENT_HEALTH_PROBES_PORT" "8081"
      "CRIK_NODE_AGENT_NAME" (include "crik.agent.name" .)
      "CRIK_NODE_AGENT_KUBELET_PORT" (toString $agent.kubelet.port)
      "CRIK_NODE_AGENT_CHECKPOINT_DIRECTORY" $agent.kubelet.directory
      "CRIK_NODE_AGENT_MIN_FREE" (toString $agent.minFree)
      "CRIK_NODE_AGENT_TIMEOUT" $agent.timeout
      "CRIK_NODE_AGENT_PUSH_LIMIT" $agent.pushLimit
      "CRIK_NODE_AGENT_PARALLEL_PUSHES" (toString $agent.parallelPushes)
      "CRIK_NODE_AGENT_COMPRESSION" $agent.compression }}
{{- if $agent.checkpointer.enabled }}{{ $_ := set $own "CRIK_NODE_AGENT_CHECKPOINTER_PORT" "3333" }}{{ end }}
{{- with $agent.repository }}{{ $_ := set $own "CRIK_NODE_AGENT_REPOSITORY" . }}{{ end }}
{{- with $agent.allowedRepositories }}{{ $_ := set $own "CRIK_NODE_AGENT_ALLOWED_REPOSITORIES" (join "," .) }}{{ end }}
{{- with $agent.kubelet.caConfigMap }}{{ $_ := set $own "CRIK_NODE_AGENT_KUBELET_CA_FILE" "/etc/crik-node-agent/kubelet/ca.crt" }}{{ end }}
{{- with $agent.credentialsSecret }}{{ $_ := set $own "CRIK_NODE_AGENT_REGISTRY_CREDENTIALS" "/etc/crik-node-agent/credentials/config.json" }}{{ end }}
{{- with .Values.registry.plainHttp }}{{ $_ := set $own "CRIK_NODE_AGENT_PLAIN_HTTP_REGISTRIES" (join "," .) }}{{ end }}
{{- with .Values.registry.local }}{{ $_ := set $own "CRIK_NODE_AGENT_LOCAL_REGISTRIES" (join "," .) }}{{ end }}
{{- if include "crik.registryAuthorities" . }}{{ $_ := set $own "CRIK_NODE_AGENT_REGISTRY_CA_FILE" "/etc/crik-node-agent/registry/ca.crt" }}{{ end }}
{{- with $agent.retention }}
{{- if .keepPerContainer }}{{ $_ := set $own "CRIK_NODE_AGENT_KEEP_PER_CONTAINER" (toString .keepPerContainer) }}{{ end }}
{{- if .keepPerPod }}{{ $_ := set $own "CRIK_NODE_AGENT_KEEP_PER_POD" (toString .keepPerPod) }}{{ end }}
{{- if .keepPerNamespace }}{{ $_ := set $own "CRIK_NODE_AGENT_KEEP_PER_NAMESPACE" (toString .keepPerNamespace) }}{{ end }}
{{- with .bytesPerContainer }}{{ $_ := set $own "CRIK_NODE_AGENT_BYTES_PER_CONTAINER" . }}{{ end }}
{{- with .bytesPerPod }}{{ $_ := set $own "CRIK_NODE_AGENT_BYTES_PER_POD" . }}{{ end }}
{{- with .bytesPerNamespace }}{{ $_ := set $own "CRIK_NODE_AGENT_BYTES_PER_NAMESPACE" . }}{{ end }}
{{- with .maxAge }}{{ $_ := set $own "CRIK_NODE_AGENT_MAX_AGE" . }}{{ end }}
{{- end }}
{{- if $agent.debug }}{{ $_ := set $own "CRIK_NODE_AGENT_DEBUG" "true" }}{{ end }}
{{- range $name, $value := $agent.env }}{{ $_ := set $own $name $value }}{{ end }}
{{- toYaml $own }}
{{- end }}
