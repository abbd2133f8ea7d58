{{/* Who may reach the ports that the operator and the node agent both have. It takes the values of the policy. */}}
{{- define "crik.scrapedAndProbed" -}}
- ports:
  - {port: metrics, protocol: TCP}
  {{- with .metricsFrom }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- /* The kubelet sends the probes. No selector can name it, so everybody may reach this port. */}}
- ports:
  - {port: probes, protocol: TCP}
{{- end }}

{{/* What both of them reach. It takes the values of the policy. */}}
{{- define "crik.egress" -}}
- ports:
  {{- range .apiServerPorts }}
  - {port: {{ . }}, protocol: TCP}
  {{- end }}
  {{- with .apiServerTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
- ports:
  {{- range .registryPorts }}
  - {port: {{ . }}, protocol: TCP}
  {{- end }}
  {{- with .registriesTo }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
- ports:
  {{- range .dnsPorts }}
  - {port: {{ . }}, protocol: UDP}
  - {port: {{ . }}, protocol: TCP}
  {{- end }}
{{- end }}
