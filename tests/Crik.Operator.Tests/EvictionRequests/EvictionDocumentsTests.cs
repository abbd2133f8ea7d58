using System.Text.Json.Nodes;
using Crik.Contracts.PodMigrations;
using Crik.Operator.Admission;
using Crik.Operator.EvictionRequests;
using Crik.Pods;
using Crik.Pods.Reading;

namespace Crik.Operator.Tests.EvictionRequests;

/// <summary>What crik reads and writes of an Eviction and of a pod.</summary>
public sealed class EvictionDocumentsTests
{
    [Fact]
    public void An_Eviction_is_read()
    {
        JsonObject json = SomeEviction.Json();
        json["metadata"]!["uid"] = "e-1";

        Assert.Equal(SomeEviction.Seen(), SeenEviction.Of(json));
        json["spec"]!["target"] = new JsonObject();
        Assert.Null(SeenEviction.Of(json));
    }

    [Theory]
    [InlineData("Sleeping", ResponderState.None)]
    [InlineData("Canceled", ResponderState.Canceled)]
    internal void A_state_that_nobody_knows_keeps_crik_out(string state, ResponderState expected)
    {
        JsonObject json = SomeEviction.Json(state);
        json["metadata"]!["uid"] = "e-1";

        Assert.Equal(expected, SeenEviction.Of(json)!.State);
    }

    [Fact]
    public void A_report_changes_the_entry_of_crik_alone_and_no_time_goes_back()
    {
        JsonObject before = SomeEviction.Json();

        JsonObject report = EvictionReport.Make(before, "soon", SomeEviction.Now.AddMinutes(-5), isComplete: false)!;

        Assert.Equal("""{"name":"crik.dev/migration","startTime":"2026-11-24T11:59:30Z","message":"soon","heartbeatTime":"2026-11-24T11:59:30Z"}""",
            SeenEviction.Own(report.At("status", "responders"))!.ToJsonString());
        before["status"]!["responders"]![1]!.ReplaceWith(report.At("status", "responders")![1]!.DeepClone());
        Assert.True(JsonNode.DeepEquals(before, report));
    }

    [Fact]
    public void The_last_report_says_that_crik_is_done()
    {
        JsonObject report = EvictionReport.Make(SomeEviction.Json(), "done", SomeEviction.Now, isComplete: true)!;

        Assert.Equal("2026-11-24T12:00:00Z", SeenEviction.Own(report.At("status", "responders")).At("completionTime").Text());
        Assert.Null(EvictionReport.Make(new JsonObject(), "done", SomeEviction.Now, isComplete: true));
    }

    [Fact]
    public void The_PodMigration_names_the_pod_by_its_UID_and_has_a_name_of_its_own_for_each_Eviction()
    {
        PodMigrationDocument made = EvictionMigration.Make("team", "pod-web", SomeEviction.Seen());

        Assert.Equal(("eviction-e-1", "team"), (made.Metadata!.Name, made.Metadata.Namespace));
        Assert.Equal(("web", "pod-1"), (made.Spec!.Pod, made.Spec.PodUid));
        Assert.Equal("pod-web", EvictionMigration.EvictionOf(made));
    }

    [Theory]
    [InlineData("""{"containers":[{"name":"app","command":["crik","run"]}]}""", "crik.dev/migration")]
    [InlineData("""{"containers":[{"name":"app","command":["crik","run"]}],"evictionResponders":[{"name":"example.com/first"}]}""", "example.com/first crik.dev/migration")]
    [InlineData("""{"containers":[{"name":"app","command":["crik","run"]}],"evictionResponders":[{"name":"crik.dev/migration"},{"name":"example.com/last"}]}""", null)]
    [InlineData("""{"containers":[{"name":"app","command":["crik","run"]}],"schedulingGroup":{"podGroupName":"g"} }""", null)]
    [InlineData("""{"containers":[{"name":"app","command":["sleep"]}]}""", null)]
    public void A_pod_under_crik_names_crik_as_its_last_responder(string spec, string? expected)
    {
        AdmissionResponse answer = Register(JsonNode.Parse($$"""{"metadata":{"name":"web"},"spec":{{spec}} }""")!.AsObject(), out JsonObject pod);

        Assert.Equal(expected is not null, answer.Changes.Count == 1);
        Assert.True(expected is null || expected == string.Join(' ', pod.At("spec", "evictionResponders").Maps().Select(static one => one.At("name").Text())));
    }

    [Fact]
    public void A_full_list_and_a_DaemonSet_stay_as_they_are()
    {
        JsonObject full = JsonNode.Parse("""{"metadata":{"name":"web"},"spec":{"containers":[{"name":"app","command":["crik","run"]}]} }""")!.AsObject();
        full["spec"]!["evictionResponders"] = new JsonArray([.. Enumerable.Range(0, 16).Select(static i => new JsonObject { ["name"] = $"example.com/{i}" })]);
        JsonObject bound = JsonNode.Parse("""
            {"metadata":{"name":"web","ownerReferences":[{"apiVersion":"apps/v1","kind":"DaemonSet","name":"d","uid":"u","controller":true}]},
             "spec":{"containers":[{"name":"app","command":["crik","run"]}]} }
            """)!.AsObject();

        Assert.Empty(Register(full, out _).Changes);
        Assert.Empty(Register(bound, out _).Changes);
    }

    private static AdmissionResponse Register(JsonObject pod, out JsonObject changed)
    {
        AdmissionResponse answer = ResponderRegistration.Add(new AdmissionRequest("id", "team", pod), AdmissionResponse.Unchanged("id", AdmissionOutcome.AlreadyInjected));
        changed = JsonPatch.Apply(pod, answer.Changes);
        return answer;
    }
}
