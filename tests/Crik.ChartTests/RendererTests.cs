namespace Crik.ChartTests;

/// <summary>Checks with small charts that the renderer does what Helm does.</summary>
public sealed class RendererTests : IDisposable
{
    private readonly TempDirectory _directory = new("crik-chart-");

    public RendererTests()
    {
        Directory.CreateDirectory(Path.Combine(_directory.Path, "templates"));
        Write("Chart.yaml", "{apiVersion: v2, name: small, version: 1.2.3, appVersion: 4.5.6}");
        Write("values.yaml", "a: 1\nb: {c: [1, 2], d: text}\n");
    }

    public void Dispose() => _directory.Dispose();

    [ChartTheory]
    [InlineData("{{ .Release.Name }}/{{ .Release.Namespace }}/{{ .Release.Service }}/{{ .Release.IsInstall }}", "r/n/Helm/true")]
    [InlineData("{{ .Chart.Name }}-{{ .Chart.Version }}-{{ .Chart.AppVersion }}", "small-1.2.3-4.5.6")]
    [InlineData("{{ .Template.Name }} in {{ .Template.BasePath }}", "small/templates/NOTES.txt in small/templates")]
    [InlineData("{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.KubeVersion.Major }} {{ .Capabilities.KubeVersion.Minor }}", "v1.30.2 1 30")]
    [InlineData("""{{ .Capabilities.APIVersions.Has "x/v1" }} {{ .Capabilities.APIVersions.Has "policy/v1" }}""", "true false")]
    [InlineData("{{ .Values.b | toYaml }}", "c:\n- 1\n- 2\nd: text")]
    [InlineData("{{ .Values.b | toJson }}", """{"c":[1,2],"d":"text"}""")]
    [InlineData("""{{ ("k: {l: 1}" | fromYaml).k.l }} {{ index ("[" | fromYaml) "Error" | empty }} {{ (`{"z":2}` | fromJson).z }}""", "1 false 2")]
    [InlineData("{{ kindOf .Values.a }} {{ eq (int .Values.a) 1 }}", "float64 true")]
    [InlineData("""{{ lookup "v1" "Node" "" "" | len }}""", "0")]
    [InlineData("""{{ tpl "{{ .Values.b.d }}{{ .Values.none }}" . }}""", "text")]
    [InlineData("""{{ include "twice" .Values.b.d }}""", "text text")]
    [InlineData("[{{ .Values.none }}]", "[]")]
    [InlineData("""{{ .Files.Get "extra.txt" }}{{ .Files.Get "none.txt" }}{{ .Files.Get "../../etc/passwd" }}""", "extra")]
    public void A_template_has_the_same_objects_and_functions_as_in_Helm(string template, string expected)
    {
        Write("templates/_partial.tpl", """{{- define "twice" -}}{{ . }} {{ . }}{{- end }}""");
        Write("extra.txt", "extra");
        Write("templates/NOTES.txt", template);

        CommandResult result = Renderer.Run("--notes", "--release", "r", "--namespace", "n", "--kube-version", "1.30.2", "--api-versions", "v1, x/v1", _directory.Path);

        Assert.Equal((0, expected, ""), (result.ExitCode, result.Output, result.Errors));
    }

    [ChartTheory]
    [InlineData("a=2", "a: 2\nb:\n  c:\n  - 1\n  - 2\n  d: text")]
    [InlineData("b.c={x,true,3}", "a: 1\nb:\n  c:\n  - x\n  - true\n  - 3\n  d: text")]
    [InlineData("b.d=null", "a: 1\nb:\n  c:\n  - 1\n  - 2")]
    [InlineData("b=null", "a: 1")]
    [InlineData(@"b.e\.f/g=1.5", "a: 1\nb:\n  c:\n  - 1\n  - 2\n  d: text\n  e.f/g: \"1.5\"")]
    [InlineData("b.d=x=y", "a: 1\nb:\n  c:\n  - 1\n  - 2\n  d: x=y")]
    [InlineData("b.d=007", "a: 1\nb:\n  c:\n  - 1\n  - 2\n  d: \"007\"")]
    public void An_assignment_changes_one_value_and_uses_the_types_of_Helm(string assignment, string expected)
    {
        Write("templates/NOTES.txt", "{{ toYaml .Values }}");

        Assert.Equal(expected, Renderer.Run("--notes", "--set", assignment, _directory.Path).Output);
    }

    [ChartFact]
    public void The_last_file_wins_over_earlier_ones_and_assignments_win_over_files()
    {
        Write("templates/NOTES.txt", "{{ .Values.a }} {{ .Values.b.d }} {{ .Values.b.c | toJson }}");
        using TempFile first = new("{a: 10, b: {d: first, c: []}}"), second = new("{a: 20, b: {d: second}}");

        Assert.Equal("20 third []", Renderer.Run("--notes", "--values", first.Path, "--values", second.Path, "--set", "b.d=third", _directory.Path).Output);
    }

    [ChartTheory]
    [InlineData("""{{ fail "stop here" }}""", "stop here")]
    [InlineData("""{{ required "a value is needed" .Values.none }}""", "a value is needed")]
    [InlineData("""{{ required "a value is needed" "" }}""", "a value is needed")]
    [InlineData("""{{ define "loop" }}{{ include "loop" . }}{{ end }}{{ include "loop" . }}""", "loop includes itself")]
    [InlineData("""{{ include "none" . }}""", "none")]
    [InlineData("{{ env \"HOME\" }}", "\"env\" not defined")]
    [InlineData("{{ if }}", "missing value for if")]
    [InlineData("kind: A\n", "an object has no apiVersion or no kind")]
    [InlineData("kind: [\n", "object.yaml")]
    public void A_template_that_fails_renders_nothing(string template, string problem)
    {
        Write("templates/object.yaml", template);

        CommandResult result = Renderer.Run(_directory.Path);

        Assert.Equal((1, ""), (result.ExitCode, result.Output));
        Assert.Contains(problem, result.Errors, StringComparison.Ordinal);
    }

    [ChartFact]
    public void Objects_are_in_the_order_of_Helm_with_their_source()
    {
        Write("templates/a.yaml", "---\napiVersion: v1\nkind: Odd\n---\napiVersion: v1\nkind: Deployment\n---\n\n");
        Write("templates/sub/b.yaml", "apiVersion: v1\nkind: Service\n");
        Write("templates/c.yaml", "{{ if false }}\napiVersion: v1\nkind: Pod\n{{ end }}");
        Write("templates/NOTES.txt", "notes");

        Assert.Equal(
            """
            ---
            # Source: small/templates/sub/b.yaml
            apiVersion: v1
            kind: Service
            ---
            # Source: small/templates/a.yaml
            apiVersion: v1
            kind: Deployment
            ---
            # Source: small/templates/a.yaml
            apiVersion: v1
            kind: Odd

            """,
            Renderer.Run(_directory.Path).Output);
    }

    [ChartTheory]
    [InlineData("replicas")]
    [InlineData("=1")]
    public void An_assignment_without_a_key_and_a_value_is_refused(string assignment)
    {
        Write("templates/NOTES.txt", "");

        Assert.Contains("must have the form a.b=c", Renderer.Run("--set", assignment, _directory.Path).Errors, StringComparison.Ordinal);
    }

    [ChartTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_subchart_has_its_values_below_its_name_and_is_seen_by_the_chart_above(bool isSymbolicLink)
    {
        WithSubchart(isSymbolicLink);
        Write(
            "templates/NOTES.txt",
            """{{ .Values.below.e }} {{ include "below.address" (index .Subcharts "below") }} {{ hasKey (index .Subcharts "below") "Template" }}""");

        Assert.Equal("given below-0.1.0/r/given false", Renderer.Succeed("--notes", "--release", "r", "--set", "below.e=given", _directory.Path));
        Assert.Contains(
            "# Source: small/charts/below/templates/object.yaml\napiVersion: v1\nkind: Odd\ne: default", Renderer.Succeed(_directory.Path), StringComparison.Ordinal);
    }

    [ChartTheory]
    [InlineData("subcharts.below=false", "0 null")]
    [InlineData("below.enabled=false", "0 {\"enabled\":false}")]
    [InlineData("below.enabled=true", "1 {\"e\":\"default\",\"enabled\":true}")]
    public void A_subchart_whose_condition_is_false_adds_nothing_and_what_is_given_for_it_stays(string assignment, string expected)
    {
        WithSubchart(isSymbolicLink: false, condition: assignment.Split('=')[0]);
        Write("templates/NOTES.txt", "{{ len .Subcharts }} {{ .Values.below | toJson }}");

        Assert.Equal(expected, Renderer.Succeed("--notes", "--set", assignment, _directory.Path));
        Assert.Equal(expected[0] == '1', Renderer.Succeed("--set", assignment, _directory.Path).Contains("kind: Odd", StringComparison.Ordinal));
    }

    [ChartFact]
    public void A_condition_sees_the_defaults_of_the_subchart()
    {
        WithSubchart(isSymbolicLink: false, condition: "below.enabled");
        Write("charts/below/values.yaml", "enabled: false");
        Write("templates/NOTES.txt", "{{ len .Subcharts }}");

        Assert.Equal("0", Renderer.Succeed("--notes", _directory.Path));
        Assert.Equal("1", Renderer.Succeed("--notes", "--set", "below.enabled=true", _directory.Path));
    }

    [ChartFact]
    public void Values_that_the_schema_of_a_subchart_refuses_are_refused_with_its_name()
    {
        WithSubchart(isSymbolicLink: true);
        Write("charts/below/values.schema.json", """{"properties": {"e": {"type": "string"}}}""");

        Assert.Contains("below: these values do not match", Renderer.Run("--set", "below.e=1", _directory.Path).Errors, StringComparison.Ordinal);
    }

    private void WithSubchart(bool isSymbolicLink, string condition = "subcharts.below")
    {
        Write("Chart.yaml", $"{{apiVersion: v2, name: small, version: 1.2.3, dependencies: [{{name: below, condition: {condition}}}]}}");
        string directory = isSymbolicLink ? "elsewhere" : "charts/below";
        Write($"{directory}/Chart.yaml", "{apiVersion: v2, name: below, version: 0.1.0}");
        Write($"{directory}/values.yaml", "e: default");
        Write($"{directory}/templates/object.yaml", "apiVersion: v1\nkind: Odd\ne: {{ .Values.e }}");
        Write(
            $"{directory}/templates/_partial.tpl",
            """{{ define "below.address" }}{{ .Chart.Name }}-{{ .Chart.Version }}/{{ .Release.Name }}/{{ .Values.e }}{{ end }}""");
        if (isSymbolicLink)
        {
            Directory.CreateDirectory(Path.Combine(_directory.Path, "charts"));
            Directory.CreateSymbolicLink(Path.Combine(_directory.Path, "charts", "below"), "../elsewhere");
        }
    }

    private void Write(string name, string text)
    {
        string path = Path.Combine(_directory.Path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
