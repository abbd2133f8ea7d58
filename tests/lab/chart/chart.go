package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/Masterminds/semver"
	"github.com/xeipuuv/gojsonschema"
	"sigs.k8s.io/yaml"
)

// metadata has the fields of Chart.yaml. Templates find them under .Chart.
type metadata struct {
	APIVersion  string `json:"apiVersion"`
	Name        string `json:"name"`
	Version     string `json:"version"`
	AppVersion  string `json:"appVersion"`
	KubeVersion string `json:"kubeVersion"`
	Description string `json:"description"`
	Type        string `json:"type"`
}

type chart struct {
	directory string
	metadata  metadata
	values    map[string]interface{}
	templates map[string]string // the key is the path as in Helm: CHART/templates/FILE
}

func loadChart(directory string) (*chart, error) {
	c := &chart{directory: directory, values: map[string]interface{}{}, templates: map[string]string{}}
	if err := readYAML(filepath.Join(directory, "Chart.yaml"), &c.metadata); err != nil {
		return nil, err
	}
	if err := readYAML(filepath.Join(directory, "values.yaml"), &c.values); err != nil {
		return nil, err
	}
	root := filepath.Join(directory, "templates")
	return c, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		c.templates[c.templatePath(name)] = string(text)
		return err
	})
}

func (c *chart) templatePath(name string) string {
	return c.metadata.Name + "/templates/" + filepath.ToSlash(name)
}

func (c *chart) checkKubeVersion(version string) error {
	if c.metadata.KubeVersion == "" {
		return nil
	}
	constraint, err := semver.NewConstraint(c.metadata.KubeVersion)
	if err != nil {
		return fmt.Errorf("the kubeVersion of the chart is invalid: %w", err)
	}
	v, err := semver.NewVersion(version)
	if err != nil {
		return err
	}
	if !constraint.Check(v) {
		return fmt.Errorf("the chart needs kubeVersion: %s, but the version of Kubernetes is %s", c.metadata.KubeVersion, version)
	}
	return nil
}

// checkValues checks the values against values.schema.json, and reports every key that does not match.
func (c *chart) checkValues(values map[string]interface{}) error {
	schema, err := os.ReadFile(filepath.Join(c.directory, "values.schema.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	result, err := gojsonschema.Validate(gojsonschema.NewBytesLoader(schema), gojsonschema.NewGoLoader(values))
	if err != nil {
		return fmt.Errorf("values.schema.json: %w", err)
	}
	if result.Valid() {
		return nil
	}
	problems := []string{"these values do not match values.schema.json:"}
	for _, problem := range result.Errors() {
		problems = append(problems, "- "+problem.String())
	}
	return errors.New(strings.Join(problems, "\n"))
}

func readYAML(path string, into interface{}) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}
