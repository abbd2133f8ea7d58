package main

import (
	"fmt"
	"regexp"
	"sort"
	"strings"

	"sigs.k8s.io/yaml"
)

// installOrder is the order of Helm, limited to the kinds that charts like this one have. Other kinds come last.
var installOrder = []string{
	"Namespace", "NetworkPolicy", "PodDisruptionBudget", "ServiceAccount", "Secret", "ConfigMap", "CustomResourceDefinition", "ClusterRole",
	"ClusterRoleBinding", "Role", "RoleBinding", "Service", "DaemonSet", "Deployment", "StatefulSet", "Job", "MutatingWebhookConfiguration",
}

var separator = regexp.MustCompile(`(?m)^---\s*$`)

type document struct{ kind, source, text string }

// inInstallOrder splits the rendered files into documents, checks that each is an object, and joins them in order.
func inInstallOrder(rendered map[string]string) (string, error) {
	var documents []document
	for source, file := range rendered {
		if strings.HasSuffix(source, "NOTES.txt") {
			continue
		}
		for _, text := range separator.Split(file, -1) {
			text = strings.TrimSpace(text)
			if text == "" {
				continue
			}
			var head struct{ APIVersion, Kind string }
			if err := yaml.Unmarshal([]byte(text), &head); err != nil {
				return "", fmt.Errorf("%s: %w in this document:\n%s", source, err, text)
			}
			if head.APIVersion == "" || head.Kind == "" {
				return "", fmt.Errorf("%s: an object has no apiVersion or no kind:\n%s", source, text)
			}
			documents = append(documents, document{head.Kind, source, text})
		}
	}
	sort.SliceStable(documents, func(i, j int) bool {
		a, b := documents[i], documents[j]
		if rank(a.kind) != rank(b.kind) {
			return rank(a.kind) < rank(b.kind)
		}
		return a.source < b.source
	})
	var stream strings.Builder
	for _, d := range documents {
		fmt.Fprintf(&stream, "---\n# Source: %s\n%s\n", d.source, d.text)
	}
	return stream.String(), nil
}

func rank(kind string) int {
	for i, known := range installOrder {
		if known == kind {
			return i
		}
	}
	return len(installOrder)
}
