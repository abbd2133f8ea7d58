// render-chart renders a chart as `helm template` does, for machines without Helm. It uses the libraries that Helm uses:
// Go's text/template, sprig and gojsonschema. Subcharts must be directories, or symbolic links to them. It supports no
// hooks but those of helm test, and asks no cluster.
//
//	render-chart [flags] CHART_DIRECTORY
//
// It writes the objects to standard output, in the order in which Helm applies them. With --notes, it writes NOTES.txt.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

// repeated is a flag that may be given more than once.
type repeated []string

func (r *repeated) String() string { return strings.Join(*r, " ") }

func (r *repeated) Set(value string) error {
	*r = append(*r, value)
	return nil
}

type settings struct {
	release, namespace, kubeVersion string
	notes, tests                    bool
	files, assignments, apiVersions repeated
}

func main() {
	var s settings
	flag.StringVar(&s.release, "release", "node-state-server", "name of the release")
	flag.StringVar(&s.namespace, "namespace", "default", "namespace of the release")
	flag.StringVar(&s.kubeVersion, "kube-version", "v1.34.0", "version of the cluster")
	flag.Var(&s.apiVersions, "api-versions", "all APIs of the cluster, as `kubectl api-versions` prints them; may be repeated")
	flag.Var(&s.files, "values", "file with values; may be repeated, and the last one wins")
	flag.Var(&s.assignments, "set", "value as a.b=c; wins over files and may be repeated")
	flag.BoolVar(&s.notes, "notes", false, "print NOTES.txt instead of the objects")
	flag.BoolVar(&s.tests, "tests", false, "print the objects of helm test instead of the others")
	flag.Parse()
	if flag.NArg() != 1 {
		flag.Usage()
		os.Exit(64)
	}

	output, err := run(flag.Arg(0), s)
	if err != nil {
		fmt.Fprintln(os.Stderr, "render-chart:", err)
		os.Exit(1)
	}
	fmt.Print(output)
}

func run(directory string, s settings) (string, error) {
	c, err := loadChart(directory, "")
	if err != nil {
		return "", err
	}
	capabilities, err := newCapabilities(s.kubeVersion, s.apiVersions)
	if err != nil {
		return "", err
	}
	if err := c.checkKubeVersion(capabilities.KubeVersion.Version); err != nil {
		return "", err
	}
	values, err := mergeValues(c.values, s.files, s.assignments)
	if err != nil {
		return "", err
	}
	c.withSubcharts(values)
	if err := c.checkValues(values); err != nil {
		return "", err
	}
	rendered, err := c.render(values, capabilities, s)
	if err != nil {
		return "", err
	}
	if s.notes {
		return rendered[c.templatePath("NOTES.txt")], nil
	}
	for source := range rendered {
		if strings.Contains(source, "/templates/tests/") != s.tests {
			delete(rendered, source)
		}
	}
	return inInstallOrder(rendered)
}
