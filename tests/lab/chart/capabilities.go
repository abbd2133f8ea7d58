package main

import (
	"strings"

	"github.com/Masterminds/semver"
)

type capabilities struct {
	KubeVersion kubeVersion
	APIVersions versionSet
}

type kubeVersion struct{ Version, Major, Minor, GitVersion string }

func (v kubeVersion) String() string { return v.Version }

type versionSet []string

func (s versionSet) Has(wanted string) bool {
	for _, version := range s {
		if version == wanted {
			return true
		}
	}
	return false
}

// newCapabilities uses the given APIs, as Helm uses those that a cluster has. If none are given, it uses the APIs of
// the version. This differs from `helm template`, which then uses all APIs that it knows, for every version.
func newCapabilities(version string, given []string) (*capabilities, error) {
	v, err := semver.NewVersion(version)
	if err != nil {
		return nil, err
	}
	apis := versionSet(strings.FieldsFunc(strings.Join(given, " "), func(c rune) bool { return strings.ContainsRune(", \n\t", c) }))
	if len(apis) == 0 {
		apis = builtIn(v)
	}
	text := "v" + v.String()
	parts := strings.Split(v.String(), ".")
	return &capabilities{kubeVersion{text, parts[0], parts[1], text}, apis}, nil
}

func builtIn(v *semver.Version) versionSet {
	apis := versionSet{"v1", "apps/v1", "batch/v1", "networking.k8s.io/v1", "rbac.authorization.k8s.io/v1", "authentication.k8s.io/v1"}
	for api, served := range map[string]string{"policy/v1": ">=1.21-0", "policy/v1beta1": "<1.25-0"} {
		if constraint, err := semver.NewConstraint(served); err == nil && constraint.Check(v) {
			apis = append(apis, api)
		}
	}
	return apis
}
