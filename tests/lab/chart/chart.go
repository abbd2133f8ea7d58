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
	APIVersion   string       `json:"apiVersion"`
	Name         string       `json:"name"`
	Version      string       `json:"version"`
	AppVersion   string       `json:"appVersion"`
	KubeVersion  string       `json:"kubeVersion"`
	Description  string       `json:"description"`
	Type         string       `json:"type"`
	Dependencies []dependency `json:"dependencies"`
}

type dependency struct{ Name, Condition string }

type chart struct {
	directory string
	path      string // as in Helm: CHART or CHART/charts/SUBCHART
	metadata  metadata
	values    map[string]interface{}
	templates map[string]string // the key is the path as in Helm: CHART/templates/FILE
	subcharts []*chart
}

func loadChart(directory, parent string) (*chart, error) {
	c := &chart{directory: directory, values: map[string]interface{}{}, templates: map[string]string{}}
	if err := readYAML(filepath.Join(directory, "Chart.yaml"), &c.metadata); err != nil {
		return nil, err
	}
	c.path = parent + c.metadata.Name
	if err := readYAML(filepath.Join(directory, "values.yaml"), &c.values); err != nil {
		return nil, err
	}
	for _, d := range c.metadata.Dependencies {
		subchart, err := loadChart(filepath.Join(directory, "charts", d.Name), c.path+"/charts/")
		if err != nil {
			return nil, err
		}
		c.subcharts = append(c.subcharts, subchart)
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
	return c.path + "/templates/" + filepath.ToSlash(name)
}

// withSubcharts drops the subcharts whose condition is false, and puts the defaults of the others below the keys of their
// names. As in Helm, a condition sees the defaults of all subcharts, and what is given for a dropped one stays.
func (c *chart) withSubcharts(values map[string]interface{}) {
	all := deepCopy(values)
	c.addSubchartDefaults(all)
	c.dropDisabled(all)
	c.addSubchartDefaults(values)
}

func (c *chart) addSubchartDefaults(values map[string]interface{}) {
	for _, subchart := range c.subcharts {
		withDefaults(values, map[string]interface{}{subchart.metadata.Name: deepCopy(subchart.values)})
		subchart.addSubchartDefaults(valuesOf(values, subchart))
	}
}

func (c *chart) dropDisabled(values map[string]interface{}) {
	var enabled []*chart
	for i, subchart := range c.subcharts {
		if !isFalse(values, c.metadata.Dependencies[i].Condition) {
			subchart.dropDisabled(valuesOf(values, subchart))
			enabled = append(enabled, subchart)
		}
	}
	c.subcharts = enabled
}

func valuesOf(values map[string]interface{}, subchart *chart) map[string]interface{} {
	below, _ := values[subchart.metadata.Name].(map[string]interface{})
	return below
}

func isFalse(values map[string]interface{}, condition string) bool {
	var value interface{} = values
	for _, key := range strings.Split(condition, ".") {
		level, isMap := value.(map[string]interface{})
		if !isMap {
			return false
		}
		value = level[key]
	}
	return value == false
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
	for _, subchart := range c.subcharts {
		if err := subchart.checkValues(valuesOf(values, subchart)); err != nil {
			return fmt.Errorf("%s: %w", subchart.metadata.Name, err)
		}
	}
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
