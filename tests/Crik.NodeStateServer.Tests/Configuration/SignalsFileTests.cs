using Crik.Contracts;
using Crik.Hosting;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Signals;

namespace Crik.NodeStateServer.Tests.Configuration;

public sealed class SignalsFileTests
{
    [Fact]
    public void A_file_can_enable_and_disable_signals_and_add_rules_of_every_kind()
    {
        SignalOptions options = SignalsFile.Parse("signals.yaml", """
            enable: [not-ready]
            disable: [cordon, cordon-taint]
            rules:
            - name: broken-disk
              condition: { type: DiskBroken, reason: Smart, message: soon }
            - name: rack-move
              state: cordoned
              meaning: the rack is moved
              time: deadline
              annotation: { key: example.com/move-at }
            - name: retired
              state: gone
              label: { key: example.com/retired, value: "yes" }
            - name: draining
              time: since
              taint: { key: example.com/drain, effect: NoExecute }
            """);

        Assert.Equal(["not-ready"], options.Enable);
        Assert.Equal(["cordon", "cordon-taint"], options.Disable);
        Assert.Equal(
            [
                new SignalRule("broken-disk", NodeState.ShuttingDown, new ConditionMatch("DiskBroken", "True", "Smart", "soon"), "broken-disk"),
                new SignalRule("rack-move", NodeState.Cordoned, new AnnotationMatch("example.com/move-at"), "the rack is moved") { Text = SignalText.Deadline },
                new SignalRule("retired", NodeState.Gone, new LabelMatch("example.com/retired", "yes"), "retired"),
                new SignalRule("draining", NodeState.ShuttingDown, new TaintMatch("example.com/drain", null, "NoExecute"), "draining") { Text = SignalText.Since },
            ],
            options.Rules);
        Assert.Empty(options.Problems());
    }

    [Fact]
    public void A_rule_of_a_file_decides_and_its_time_becomes_the_deadline()
    {
        SignalOptions options = SignalsFile.Parse("f", "rules: [{ name: move, annotation: { key: example.com/move-at }, time: deadline }]");
        NodeClassifier classifier = NodeClassifier.From(options);

        Verdict verdict = classifier.Classify(NodeDocuments.Parse(
            "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"other\":\"x\",\"example.com/move-at\":\"2026-03-02T19:32:05Z\"}}}"u8, classifier));

        Assert.Equal((NodeState.ShuttingDown, "move", new DateTimeOffset(2026, 3, 2, 19, 32, 5, TimeSpan.Zero)), (verdict.State, verdict.Signal, verdict.Deadline));
    }

    [Fact]
    public void A_file_may_be_JSON() => Assert.Equal(["cordon"], SignalsFile.Parse("f", "{\"disable\": [\"cordon\"]}").Disable);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    public void An_empty_file_changes_nothing(string text) => Assert.Empty(SignalsFile.Parse("f", text).Rules);

    [Fact]
    public void Every_problem_is_reported_with_its_line()
    {
        ConfigurationException problem = Assert.Throws<ConfigurationException>(() => SignalsFile.Parse("f.yaml", """
            enabel: [a]
            rules:
            - state: ready
              taint: { key: a }
            - name: two
              taint: { key: a }
              label: { key: b }
            - name: three
              taint: { effect: NoSchedule }
            - name: four
              time: tomorrow
              condition: { type: T, colour: red }
            - just text
            """));

        Assert.Equal(["f.yaml:1", "f.yaml:3", "f.yaml:3", "f.yaml:5", "f.yaml:9", "f.yaml:11", "f.yaml:12", "f.yaml:13"],
            problem.Message.Split('\n').Select(line => string.Join(':', line.Split(':')[..2])).OrderBy(place => int.Parse(place.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Theory]
    [InlineData("a: b: c", "f:1: is not valid YAML")]
    [InlineData("[1, 2]", "f: must contain exactly one YAML document")]
    [InlineData("a: 1\n---\nb: 2", "f: must contain exactly one YAML document")]
    [InlineData("enable: !<%> x", "f: is not valid YAML")]
    public void A_file_that_is_not_one_YAML_mapping_is_refused(string text, string problem) =>
        Assert.Contains(problem.Split(": ")[^1], Assert.Throws<ConfigurationException>(() => SignalsFile.Parse("f", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void The_error_about_a_missing_file_has_its_path()
    {
        ConfigurationException problem = Assert.Throws<ConfigurationException>(() => SignalsFile.Read("/nowhere/signals.yaml"));

        Assert.Contains("/nowhere/signals.yaml", problem.Message, StringComparison.Ordinal);
    }
}
