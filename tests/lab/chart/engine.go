package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"sort"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

const deepestInclude = 1000

// render executes every template except the partials, whose names start with an underscore.
func (c *chart) render(values map[string]interface{}, capabilities *capabilities, s settings) (map[string]string, error) {
	root := template.New("chart").Option("missingkey=zero")
	root.Funcs(functions()).Funcs(bound(root, new(int)))
	if err := c.parse(root); err != nil {
		return nil, err
	}
	rendered := map[string]string{}
	return rendered, c.execute(root, rendered, func(c *chart, name string, values map[string]interface{}) map[string]interface{} {
		return c.scope(name, values, capabilities, s)
	}, values)
}

// parse adds the templates of the chart to those of its subcharts. As in Helm, all of them share the names of partials.
func (c *chart) parse(root *template.Template) error {
	for _, subchart := range c.subcharts {
		if err := subchart.parse(root); err != nil {
			return err
		}
	}
	for _, name := range c.templateNames() {
		if _, err := root.New(name).Parse(c.templates[name]); err != nil {
			return err
		}
	}
	return nil
}

type scoping func(c *chart, template string, values map[string]interface{}) map[string]interface{}

func (c *chart) execute(root *template.Template, rendered map[string]string, scope scoping, values map[string]interface{}) error {
	for _, subchart := range c.subcharts {
		if err := subchart.execute(root, rendered, scope, valuesOf(values, subchart)); err != nil {
			return err
		}
	}
	for _, name := range c.templateNames() {
		if strings.HasPrefix(path.Base(name), "_") {
			continue
		}
		var text strings.Builder
		if err := root.ExecuteTemplate(&text, name, scope(c, name, values)); err != nil {
			return err
		}
		rendered[name] = withoutNoValue(text.String())
	}
	return nil
}

func (c *chart) templateNames() []string {
	names := make([]string, 0, len(c.templates))
	for name := range c.templates {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

// scope is the dot of a template.
func (c *chart) scope(name string, values map[string]interface{}, capabilities *capabilities, s settings) map[string]interface{} {
	dot := c.dot(values, capabilities, s)
	dot["Template"] = map[string]interface{}{"Name": name, "BasePath": c.path + "/templates"}
	return dot
}

// dot has what all templates of the chart see. As in Helm, the chart above finds it under .Subcharts, without a Template.
func (c *chart) dot(values map[string]interface{}, capabilities *capabilities, s settings) map[string]interface{} {
	subcharts := map[string]interface{}{}
	for _, subchart := range c.subcharts {
		subcharts[subchart.metadata.Name] = subchart.dot(valuesOf(values, subchart), capabilities, s)
	}
	return map[string]interface{}{
		"Values":       values,
		"Chart":        c.metadata,
		"Capabilities": capabilities,
		"Files":        files(c.directory),
		"Subcharts":    subcharts,
		"Release": map[string]interface{}{
			"Name": s.release, "Namespace": s.namespace, "Service": "Helm", "Revision": 1, "IsInstall": true, "IsUpgrade": false,
		},
	}
}

// bound returns the functions that execute templates. They belong to one set of templates.
func bound(t *template.Template, depth *int) template.FuncMap {
	return template.FuncMap{
		"include": func(name string, data interface{}) (string, error) {
			if *depth++; *depth > deepestInclude {
				return "", fmt.Errorf("include: %s includes itself", name)
			}
			defer func() { *depth-- }()
			var text strings.Builder
			err := t.ExecuteTemplate(&text, name, data)
			return text.String(), err
		},
		"tpl": func(source string, data interface{}) (string, error) {
			clone, err := t.Clone()
			if err != nil {
				return "", err
			}
			clone.Option("missingkey=zero").Funcs(bound(clone, depth))
			parsed, err := clone.New(t.Name()).Parse(source)
			if err != nil {
				return "", err
			}
			var text strings.Builder
			err = parsed.Execute(&text, data)
			return withoutNoValue(text.String()), err
		},
	}
}

// functions returns the functions of sprig and of Helm, without those that read the environment.
func functions() template.FuncMap {
	f := sprig.TxtFuncMap()
	delete(f, "env")
	delete(f, "expandenv")
	f["getHostByName"] = func(string) string { return "" }
	f["toYaml"] = toYAML
	f["fromYaml"] = decoder(func(data []byte, into interface{}) error { return yaml.Unmarshal(data, into) })
	f["fromJson"] = decoder(json.Unmarshal)
	f["toJson"] = func(value interface{}) string {
		text, _ := json.Marshal(value)
		return string(text)
	}
	f["lookup"] = func(apiVersion, kind, namespace, name string) map[string]interface{} { return map[string]interface{}{} }
	f["fail"] = func(message string) (string, error) { return "", errors.New(message) }
	f["required"] = func(message string, value interface{}) (interface{}, error) {
		if value == nil || value == "" {
			return value, errors.New(message)
		}
		return value, nil
	}
	return f
}

// decoder makes a function that never fails. As in Helm, the result has an error under the key "Error".
func decoder(decode func(data []byte, into interface{}) error) func(string) map[string]interface{} {
	return func(text string) map[string]interface{} {
		into := map[string]interface{}{}
		if err := decode([]byte(text), &into); err != nil {
			into["Error"] = err.Error()
		}
		return into
	}
}

// withoutNoValue removes the text that text/template writes for a missing key in a map of interfaces.
func withoutNoValue(text string) string { return strings.ReplaceAll(text, "<no value>", "") }

// files reads the files of the chart for .Files.Get. A missing file is empty.
type files string

func (f files) Get(name string) string {
	text, err := os.ReadFile(filepath.Join(string(f), filepath.Clean("/"+name)))
	if err != nil {
		return ""
	}
	return string(text)
}
