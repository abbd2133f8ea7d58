// render-chart renders a chart as `helm template` does, for machines without Helm: Go's text/template, sprig and gojsonschema,
// which are what Helm itself uses. No subcharts, no hooks, no cluster.
//
//	render-chart [flags] CHART_DIRECTORY
//
// The objects go to standard output in the order in which Helm applies them; with --notes, NOTES.txt does instead.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
)

// repeated is a flag that may be given again and again.
type repeated []string

func (r *repeated) String() string { return strings.Join(*r, " ") }

func (r *repeated) Set(value string) error {
	*r = append(*r, value)
	return nil
}

type settings struct {
	release, namespace, kubeVersion string
	notes                           bool
	files, assignments, apiVersions repeated
}

func main() {
	var s settings
	flag.StringVar(&s.release, "release", "node-state-server", "name of the release")
	flag.StringVar(&s.namespace, "namespace", "default", "namespace of the release")
	flag.StringVar(&s.kubeVersion, "kube-version", "v1.34.0", "version of the cluster")
	flag.Var(&s.apiVersions, "api-versions", "the cluster's APIs, all of them, as `kubectl api-versions` prints them; may be repeated")
	flag.Var(&s.files, "values", "file with values; may be repeated, the last one wins")
	flag.Var(&s.assignments, "set", "a.b=c, wins over files; may be repeated")
	flag.BoolVar(&s.notes, "notes", false, "print NOTES.txt, not the objects")
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
	c, err := loadChart(directory)
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
	return inInstallOrder(rendered)
}
