package main

import (
	"fmt"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// mergeValues merges the defaults of the chart, the files in their order, and the assignments. Later ones win.
func mergeValues(defaults map[string]interface{}, files, assignments []string) (map[string]interface{}, error) {
	given := map[string]interface{}{}
	for _, file := range files {
		layer := map[string]interface{}{}
		if err := readYAML(file, &layer); err != nil {
			return nil, err
		}
		overlay(given, layer)
	}
	for _, assignment := range assignments {
		if err := assign(given, assignment); err != nil {
			return nil, err
		}
	}
	withDefaults(given, defaults)
	return given, nil
}

func overlay(below, above map[string]interface{}) {
	for key, value := range above {
		if lower, upper, both := bothMaps(below[key], value); both {
			overlay(lower, upper)
		} else {
			below[key] = value
		}
	}
}

// withDefaults adds the defaults of keys that are not given. A key that is given as null is removed.
func withDefaults(given, defaults map[string]interface{}) {
	for key, value := range defaults {
		current, isGiven := given[key]
		if !isGiven {
			given[key] = value
		} else if current == nil {
			delete(given, key)
		} else if upper, lower, both := bothMaps(current, value); both {
			withDefaults(upper, lower)
		}
	}
}

func deepCopy(values map[string]interface{}) map[string]interface{} {
	copied := map[string]interface{}{}
	for key, value := range values {
		if below, isMap := value.(map[string]interface{}); isMap {
			value = deepCopy(below)
		}
		copied[key] = value
	}
	return copied
}

func bothMaps(a, b interface{}) (map[string]interface{}, map[string]interface{}, bool) {
	first, isFirst := a.(map[string]interface{})
	second, isSecond := b.(map[string]interface{})
	return first, second, isFirst && isSecond
}

// assign applies one --set of the form a.b=c. {x,y} is a list. A dot in a key needs a backslash before it.
func assign(values map[string]interface{}, assignment string) error {
	path, text, found := strings.Cut(assignment, "=")
	if !found || path == "" {
		return fmt.Errorf("--set %s: must have the form a.b=c", assignment)
	}
	keys := strings.Split(strings.ReplaceAll(path, `\.`, "\x00"), ".")
	for i, key := range keys {
		key = strings.ReplaceAll(key, "\x00", ".")
		if i == len(keys)-1 {
			values[key] = typed(text)
			return nil
		}
		next, isMap := values[key].(map[string]interface{})
		if !isMap {
			next = map[string]interface{}{}
			values[key] = next
		}
		values = next
	}
	return nil
}

// typed converts a text of the command line to the type that Helm gives it. Fractions stay text.
func typed(text string) interface{} {
	if strings.HasPrefix(text, "{") && strings.HasSuffix(text, "}") {
		items := []interface{}{}
		for _, item := range strings.Split(strings.Trim(text, "{}"), ",") {
			if item != "" {
				items = append(items, typed(item))
			}
		}
		return items
	}
	switch text {
	case "true", "false":
		return text == "true"
	case "null":
		return nil
	}
	if number, err := strconv.ParseInt(text, 10, 64); err == nil && (text == "0" || !strings.HasPrefix(text, "0")) {
		return number
	}
	return text
}

func toYAML(value interface{}) string {
	text, err := yaml.Marshal(value)
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(text), "\n")
}
