{{/* The name of all objects. It does not depend on the release, because the configuration of crik has the name of
     the Service. */}}
{{- define "node-state-server.name" -}}
{{ .Values.fullnameOverride | default "crik-node-state-server" }}
{{- end }}

{{/* The labels that select the Pods. They are those of the original chart, because the selector of a Deployment
     cannot be changed. The label of the release is on every object, but in no selector: Pods of the original chart do
     not have it, and would be without their Service during an upgrade. */}}
{{- define "node-state-server.selector" -}}
app.kubernetes.io/name: {{ include "node-state-server.name" . | quote }}
app.kubernetes.io/part-of: crik
{{- end }}

{{/* The labels of every object. The user can add labels, but cannot change these. */}}
{{- define "node-state-server.labels" -}}
{{- $own := dict
      "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_")
      "app.kubernetes.io/instance" .Release.Name
      "app.kubernetes.io/version" .Chart.AppVersion
      "app.kubernetes.io/component" "node-state-server"
      "app.kubernetes.io/managed-by" .Release.Service }}
{{- mergeOverwrite (deepCopy (default dict .Values.commonLabels)) $own (include "node-state-server.selector" . | fromYaml) | toYaml }}
{{- end }}

{{/* The labels of the Pods. They do not have the version of the chart, because a change of it would replace every
     Pod. */}}
{{- define "node-state-server.podLabels" -}}
{{- $own := dict "app.kubernetes.io/instance" .Release.Name "app.kubernetes.io/component" "node-state-server" }}
{{- mergeOverwrite (deepCopy (default dict .Values.commonLabels)) (default dict .Values.podLabels) $own (include "node-state-server.selector" . | fromYaml) | toYaml }}
{{- end }}

{{/* The server reads the signals only at start. The checksum makes Kubernetes replace the Pods when the signals
     change. */}}
{{- define "node-state-server.podAnnotations" -}}
{{- $own := dict "kubectl.kubernetes.io/default-container" "node-state-server" }}
{{- with include "node-state-server.signals" . }}{{ $_ := set $own "checksum/signals" (sha256sum .) }}{{ end }}
{{- mergeOverwrite (deepCopy (default dict .Values.podAnnotations)) $own | toYaml }}
{{- end }}

{{- define "node-state-server.metadata" -}}
name: {{ include "node-state-server.name" . | quote }}
namespace: {{ .Release.Namespace | quote }}
labels:
  {{- include "node-state-server.labels" . | nindent 2 }}
{{- end }}

{{- define "node-state-server.clusterMetadata" -}}
name: {{ include "node-state-server.name" . | quote }}
labels:
  {{- include "node-state-server.labels" . | nindent 2 }}
{{- end }}

{{/* The role of those who may ask. */}}
{{- define "node-state-server.callerMetadata" -}}
name: {{ printf "%s-caller" (include "node-state-server.name" .) | quote }}
labels:
  {{- include "node-state-server.labels" . | nindent 2 }}
{{- end }}

{{- define "node-state-server.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "node-state-server.name" .) }}
{{- else }}
{{- required "serviceAccount.name: must be set when serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- define "node-state-server.image" -}}
{{- with .Values.nodeStateServer.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{/* The signals file. It is empty when no signal is configured. */}}
{{- define "node-state-server.signals" -}}
{{- with .Values.nodeStateServer.signals }}
{{- if or .enable .disable .rules }}{{ toYaml . }}{{ end }}
{{- end }}
{{- end }}

{{/* The variables of the server. Only options that the original server has are flags. It ignores variables that it
     does not know. */}}
{{- define "node-state-server.env" -}}
{{- $own := dict "CRIK_SERVER_SHUTDOWN_DELAY" (printf "%ds" (int .Values.shutdownDelaySeconds)) }}
{{- with .Values.nodeStateServer }}
{{- if .requireToken }}{{ $_ := set $own "CRIK_SERVER_REQUIRE_TOKEN" "true" }}{{ end }}
{{- with .tokenAudience }}{{ $_ := set $own "CRIK_SERVER_TOKEN_AUDIENCE" . }}{{ end }}
{{- if .tlsSecret }}
{{- $_ := set $own "CRIK_SERVER_TLS_CERT_FILE" "/etc/node-state-server-tls/tls.crt" }}
{{- $_ := set $own "CRIK_SERVER_TLS_PRIVATE_KEY_FILE" "/etc/node-state-server-tls/tls.key" }}
{{- end }}
{{- if .readPods }}{{ $_ := set $own "CRIK_SERVER_READ_PODS" "true" }}{{ end }}
{{- if include "node-state-server.signals" $ }}{{ $_ := set $own "CRIK_SERVER_SIGNALS_FILE" "/etc/node-state-server/signals.yaml" }}{{ end }}
{{- range $name, $value := .env }}{{ $_ := set $own $name $value }}{{ end }}
{{- toYaml $own }}
{{- end }}
{{- end }}

{{- define "node-state-server.affinity" -}}
{{- $term := dict "topologyKey" "kubernetes.io/hostname"
      "labelSelector" (dict "matchLabels" (include "node-state-server.selector" . | fromYaml)) }}
{{- if .Values.affinity }}
{{- toYaml .Values.affinity }}
{{- else if eq .Values.antiAffinity "required" }}
{{- dict "podAntiAffinity" (dict "requiredDuringSchedulingIgnoredDuringExecution" (list $term)) | toYaml }}
{{- else if eq .Values.antiAffinity "preferred" }}
{{- dict "podAntiAffinity" (dict "preferredDuringSchedulingIgnoredDuringExecution" (list (dict "weight" 100 "podAffinityTerm" $term))) | toYaml }}
{{- end }}
{{- end }}

{{- define "node-state-server.topologySpreadConstraints" -}}
{{- $selector := dict "labelSelector" (dict "matchLabels" (include "node-state-server.selector" . | fromYaml)) }}
{{- if semverCompare ">=1.27-0" .Capabilities.KubeVersion.Version }}{{ $_ := set $selector "matchLabelKeys" (list "pod-template-hash") }}{{ end }}
{{- $constraints := list }}
{{- range .Values.topologySpreadConstraints }}
{{- $constraints = append $constraints (hasKey . "labelSelector" | ternary . (merge (deepCopy .) $selector)) }}
{{- end }}
{{- with $constraints }}{{ toYaml . }}{{ end }}
{{- end }}

{{- define "node-state-server.scheme" -}}
{{ .Values.nodeStateServer.tlsSecret | empty | ternary "http" "https" }}
{{- end }}

{{/* The address for clients. It needs no cluster domain, because that is in the search list of the Pods. */}}
{{- define "node-state-server.url" -}}
{{ include "node-state-server.scheme" . }}://{{ include "node-state-server.name" . }}.{{ .Release.Namespace }}.svc:{{ .Values.service.port }}
{{- end }}

{{/* Refuses combinations of values that a schema cannot refuse. */}}
{{- define "node-state-server.check" -}}
{{- $delay := int .Values.shutdownDelaySeconds }}
{{- $grace := int .Values.terminationGracePeriodSeconds }}
{{- if ge $delay $grace }}
{{- fail (printf "terminationGracePeriodSeconds: must be more than shutdownDelaySeconds (%d), not %d" $delay $grace) }}
{{- end }}
{{- if and .Values.nodeStateServer.tokenAudience (not .Values.nodeStateServer.requireToken) }}
{{- fail "nodeStateServer.tokenAudience: has no effect without nodeStateServer.requireToken" }}
{{- end }}
{{- if eq (int .Values.service.port) 8080 }}
{{- fail "service.port: must not be 8080, because the Service has the metrics on that port" }}
{{- end }}
{{- end }}
