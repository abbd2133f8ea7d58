{{/* The name of all objects. The operator changes its own MutatingWebhookConfiguration, which has this name. */}}
{{- define "crik.name" -}}
{{ .Values.fullnameOverride | default "crik-operator" }}
{{- end }}

{{/* The labels that select the Pods. They must not change: the selector of a Deployment cannot be changed. */}}
{{- define "crik.selector" -}}
app.kubernetes.io/name: {{ include "crik.name" . | quote }}
app.kubernetes.io/part-of: crik
{{- end }}

{{/* The labels of every object. The user can add labels, but cannot change these. */}}
{{- define "crik.labels" -}}
{{- $own := dict
      "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_")
      "app.kubernetes.io/instance" .Release.Name
      "app.kubernetes.io/version" .Chart.AppVersion
      "app.kubernetes.io/component" "operator"
      "app.kubernetes.io/managed-by" .Release.Service }}
{{- mergeOverwrite (deepCopy (default dict .Values.commonLabels)) $own (include "crik.selector" . | fromYaml) | toYaml }}
{{- end }}

{{/* The labels of the Pods. They do not have the version of the chart, because a change of it would replace every
     Pod. */}}
{{- define "crik.podLabels" -}}
{{- $own := dict "app.kubernetes.io/instance" .Release.Name "app.kubernetes.io/component" "operator" }}
{{- mergeOverwrite (deepCopy (default dict .Values.commonLabels)) (default dict .Values.podLabels) $own (include "crik.selector" . | fromYaml) | toYaml }}
{{- end }}

{{- define "crik.podAnnotations" -}}
{{- mergeOverwrite (deepCopy (default dict .Values.podAnnotations)) (dict "kubectl.kubernetes.io/default-container" "operator") | toYaml }}
{{- end }}

{{- define "crik.metadata" -}}
name: {{ include "crik.name" . | quote }}
namespace: {{ .Release.Namespace | quote }}
labels:
  {{- include "crik.labels" . | nindent 2 }}
{{- end }}

{{- define "crik.clusterMetadata" -}}
name: {{ include "crik.name" . | quote }}
labels:
  {{- include "crik.labels" . | nindent 2 }}
{{- end }}

{{- define "crik.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- .Values.serviceAccount.name | default (include "crik.name" .) }}
{{- else }}
{{- required "serviceAccount.name: must be set when serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* The operator creates this Secret, and writes it anew before its certificates expire. */}}
{{- define "crik.certificatesSecret" -}}
{{ include "crik.name" . }}-certificates
{{- end }}

{{/* The account whose tokens kubelets get. */}}
{{- define "crik.kubeletAccount" -}}
{{ include "crik.name" . }}-kubelets
{{- end }}

{{/* The metadata of that account and its rights. It takes a list: the root, and whether they have a namespace. */}}
{{- define "crik.kubeletAccountMetadata" -}}
{{- $root := index . 0 -}}
name: {{ include "crik.kubeletAccount" $root | quote }}
{{- if index . 1 }}
namespace: {{ $root.Release.Namespace | quote }}
{{- end }}
labels:
  {{- include "crik.labels" $root | nindent 2 }}
{{- end }}

{{/* The reference to an image. It takes a list: the value with repository, tag and digest, and the appVersion. */}}
{{- define "crik.image" -}}
{{- $version := index . 1 }}
{{- with index . 0 }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $version }}{{ end }}
{{- end }}
{{- end }}

{{- define "crik.operatorImage" -}}
{{ include "crik.image" (list .Values.operator.image .Chart.AppVersion) }}
{{- end }}

{{/* The address that injected pods get, or nothing. The subchart makes the address of its own Service. */}}
{{- define "crik.nodeStateServerUrl" -}}
{{- if .Values.nodeStateServer.url }}
{{- .Values.nodeStateServer.url }}
{{- else if .Values.nodeStateServer.enabled }}
{{- include "node-state-server.url" (index .Subcharts "node-state-server") }}
{{- end }}
{{- end }}

{{- define "crik.registryAuthorities" -}}
{{- with .Values.registry }}
{{- if .caSecret }}{{ dict "secret" (dict "secretName" .caSecret) | toYaml }}{{ else if .caConfigMap }}{{ dict "configMap" (dict "name" .caConfigMap) | toYaml }}{{ end }}
{{- end }}
{{- end }}

{{/* The files of the operator: by name, the volume of each. */}}
{{- define "crik.files" -}}
{{- $files := dict }}
{{- with include "crik.registryAuthorities" . }}{{ $_ := set $files "registry" (fromYaml .) }}{{ end }}
{{- with .Values.migration.policies.kubelets }}
{{- if and .enabled .caConfigMap }}{{ $_ := set $files "kubelets" (dict "configMap" (dict "name" .caConfigMap)) }}{{ end }}
{{- end }}
{{- toYaml $files }}
{{- end }}

{{/* The variables of the operator, each with its name and its value. Those of the user win. */}}
{{- define "crik.env" -}}
{{- $own := dict
      "CRIK_OPERATOR_PORT" "9443"
      "CRIK_OPERATOR_METRICS_PORT" "8080"
      "CRIK_OPERATOR_HEALTH_PROBES_PORT" "8081"
      "CRIK_OPERATOR_NAME" (include "crik.name" .)
      "CRIK_OPERATOR_BUNDLE_IMAGE" (include "crik.image" (list .Values.bundle.image .Chart.AppVersion))
      "CRIK_OPERATOR_BUNDLE_MODE" .Values.bundle.mode
      "CRIK_OPERATOR_GRACE_PERIOD" .Values.injection.gracePeriod
      "CRIK_OPERATOR_STORAGE_SIZE" .Values.storage.size
      "CRIK_OPERATOR_SHUTDOWN_DELAY" (printf "%ds" (int .Values.shutdownDelaySeconds)) }}
{{- with include "crik.nodeStateServerUrl" . }}{{ $_ := set $own "CRIK_OPERATOR_NODE_STATE_SERVER_URL" . }}{{ end }}
{{- with .Values.storage.class }}{{ $_ := set $own "CRIK_OPERATOR_STORAGE_CLASS" . }}{{ end }}
{{- with .Values.storage.accessMode }}{{ $_ := set $own "CRIK_OPERATOR_ACCESS_MODE" . }}{{ end }}
{{- with .Values.webhook.excludedNamespaces }}{{ $_ := set $own "CRIK_OPERATOR_EXCLUDED_NAMESPACES" (join "," .) }}{{ end }}
{{- with .Values.registry.plainHttp }}{{ $_ := set $own "CRIK_OPERATOR_PLAIN_HTTP_REGISTRIES" (join "," .) }}{{ end }}
{{- with .Values.registry.local }}{{ $_ := set $own "CRIK_OPERATOR_LOCAL_REGISTRIES" (join "," .) }}{{ end }}
{{- if include "crik.registryAuthorities" . }}{{ $_ := set $own "CRIK_OPERATOR_REGISTRY_CA_FILE" "/etc/crik-operator/registry/ca.crt" }}{{ end }}
{{- if .Values.operator.debug }}{{ $_ := set $own "CRIK_OPERATOR_DEBUG" "true" }}{{ end }}
{{- if .Values.migration.enabled }}{{ $_ := set $own "CRIK_OPERATOR_MIGRATION" "true" }}{{ end }}
{{- if .Values.migration.evictionRequests.enabled }}{{ $_ := set $own "CRIK_OPERATOR_EVICTION_REQUESTS" "true" }}{{ end }}
{{- if .Values.migration.policies.enabled }}{{ $_ := set $own "CRIK_OPERATOR_MIGRATION_POLICIES" "true" }}{{ end }}
{{- with .Values.migration.policies.kubelets }}
{{- if .enabled }}
{{- $_ := set $own "CRIK_OPERATOR_KUBELET_ACCOUNT" (include "crik.kubeletAccount" $) }}
{{- $_ := set $own "CRIK_OPERATOR_KUBELET_PORT" (printf "%d" (int .port)) }}
{{- if .caConfigMap }}{{ $_ := set $own "CRIK_OPERATOR_KUBELET_CA_FILE" "/etc/crik-operator/kubelets/ca.crt" }}{{ end }}
{{- if .skipTlsVerify }}{{ $_ := set $own "CRIK_OPERATOR_KUBELET_SKIP_TLS_VERIFY" "true" }}{{ end }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.operator.env }}{{ $_ := set $own $name $value }}{{ end }}
{{- toYaml $own }}
{{- end }}

{{- define "crik.affinity" -}}
{{- $term := dict "topologyKey" "kubernetes.io/hostname"
      "labelSelector" (dict "matchLabels" (include "crik.selector" . | fromYaml)) }}
{{- if .Values.affinity }}
{{- toYaml .Values.affinity }}
{{- else if eq .Values.antiAffinity "required" }}
{{- dict "podAntiAffinity" (dict "requiredDuringSchedulingIgnoredDuringExecution" (list $term)) | toYaml }}
{{- else if eq .Values.antiAffinity "preferred" }}
{{- dict "podAntiAffinity" (dict "preferredDuringSchedulingIgnoredDuringExecution" (list (dict "weight" 100 "podAffinityTerm" $term))) | toYaml }}
{{- end }}
{{- end }}

{{- define "crik.topologySpreadConstraints" -}}
{{- $selector := dict "labelSelector" (dict "matchLabels" (include "crik.selector" . | fromYaml)) }}
{{- if semverCompare ">=1.27-0" .Capabilities.KubeVersion.Version }}{{ $_ := set $selector "matchLabelKeys" (list "pod-template-hash") }}{{ end }}
{{- $constraints := list }}
{{- range .Values.topologySpreadConstraints }}
{{- $constraints = append $constraints (hasKey . "labelSelector" | ternary . (merge (deepCopy .) $selector)) }}
{{- end }}
{{- with $constraints }}{{ toYaml . }}{{ end }}
{{- end }}

{{/* One webhook. It takes a list: the root, the name, what else namespaces must have, and what pods must have. */}}
{{- define "crik.webhook" -}}
{{- $root := index . 0 }}
{{- $excluded := concat (list "kube-system" $root.Release.Namespace) (default list $root.Values.webhook.excludedNamespaces) | uniq }}
{{- $others := dict "matchExpressions" (list (dict "key" "kubernetes.io/metadata.name" "operator" "NotIn" "values" $excluded)) }}
- name: {{ index . 1 }}
  admissionReviewVersions: [v1]
  sideEffects: None
  reinvocationPolicy: IfNeeded
  failurePolicy: {{ $root.Values.webhook.failurePolicy }}
  timeoutSeconds: {{ $root.Values.webhook.timeoutSeconds }}
  rules:
  - apiGroups: [""]
    apiVersions: [v1]
    operations: [CREATE]
    resources: [pods]
    scope: Namespaced
  namespaceSelector:
    {{- merge (index . 2) $others | toYaml | nindent 4 }}
  objectSelector:
    {{- index . 3 | toYaml | nindent 4 }}
  clientConfig:
    service:
      name: {{ include "crik.name" $root | quote }}
      namespace: {{ $root.Release.Namespace | quote }}
      path: /inject
      port: 443
{{- end }}

{{/* Refuses combinations of values that a schema cannot refuse. */}}
{{- define "crik.check" -}}
{{- $delay := int .Values.shutdownDelaySeconds }}
{{- $grace := int .Values.terminationGracePeriodSeconds }}
{{- if ge $delay $grace }}
{{- fail (printf "terminationGracePeriodSeconds: must be more than shutdownDelaySeconds (%d), not %d" $delay $grace) }}
{{- end }}
{{- if and .Values.registry.caSecret .Values.registry.caConfigMap }}
{{- fail "registry.caConfigMap: must be empty when registry.caSecret is set" }}
{{- end }}
{{- with .Values.migration }}
{{- if and .evictionRequests.enabled (not .enabled) }}
{{- fail "migration.evictionRequests.enabled: needs migration.enabled, because EvictionRequests become PodMigrations" }}
{{- end }}
{{- if and .policies.enabled (not .enabled) }}
{{- fail "migration.policies.enabled: needs migration.enabled, because policies create PodMigrations" }}
{{- end }}
{{- if and .policies.kubelets.enabled (not .policies.enabled) }}
{{- fail "migration.policies.kubelets.enabled: needs migration.policies.enabled, because only policies ask kubelets" }}
{{- end }}
{{- if and .policies.kubelets.caConfigMap .policies.kubelets.skipTlsVerify }}
{{- fail "migration.policies.kubelets.caConfigMap: must be empty when migration.policies.kubelets.skipTlsVerify is true" }}
{{- end }}
{{- end }}
{{- end }}
