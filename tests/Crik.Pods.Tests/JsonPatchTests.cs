using System.Text.Json.Nodes;

namespace Crik.Pods.Tests;

/// <summary>The cases are those of appendix A of RFC 6902, as far as a PodChange can express them.</summary>
public sealed class JsonPatchTests
{
    [Theory]
    [InlineData("""{"foo":"bar"}""", ChangeKind.Add, "/baz", "\"qux\"", """{"foo":"bar","baz":"qux"}""")]
    [InlineData("""{"foo":["bar","baz"]}""", ChangeKind.Add, "/foo/1", "\"qux\"", """{"foo":["bar","qux","baz"]}""")]
    [InlineData("""{"foo":["bar"]}""", ChangeKind.Add, "/foo/-", """["abc","def"]""", """{"foo":["bar",["abc","def"]]}""")]
    [InlineData("""{"foo":["bar"]}""", ChangeKind.Add, "/foo/1", "\"qux\"", """{"foo":["bar","qux"]}""")]
    [InlineData("""{"baz":"qux","foo":"bar"}""", ChangeKind.Remove, "/baz", null, """{"foo":"bar"}""")]
    [InlineData("""{"foo":["bar","qux","baz"]}""", ChangeKind.Remove, "/foo/1", null, """{"foo":["bar","baz"]}""")]
    [InlineData("""{"baz":"qux"}""", ChangeKind.Replace, "/baz", "\"boo\"", """{"baz":"boo"}""")]
    [InlineData("""{"foo":[1,2]}""", ChangeKind.Replace, "/foo/0", "3", """{"foo":[3,2]}""")]
    [InlineData("""{"a":{"b/c":1,"d~e":2}}""", ChangeKind.Replace, "/a/b~1c", "3", """{"a":{"b/c":3,"d~e":2}}""")]
    [InlineData("""{"a":{"b/c":1,"~1":2}}""", ChangeKind.Replace, "/a/~01", "3", """{"a":{"b/c":1,"~1":3}}""")]
    [InlineData("""{"foo":1}""", ChangeKind.Add, "/foo", "null", """{"foo":null}""")]
    public void A_change_does_what_its_operation_of_JSON_Patch_does(string before, ChangeKind kind, string path, string? value, string after)
    {
        JsonObject pod = Object(before);

        JsonObject changed = JsonPatch.Apply(pod, [new PodChange(path, kind, value is null ? null : JsonNode.Parse(value), "")]);

        Assert.True(JsonNode.DeepEquals(Object(after), changed), changed.ToJsonString());
        Assert.True(JsonNode.DeepEquals(Object(before), pod), "the pod itself was changed");
    }

    [Theory]
    [InlineData(ChangeKind.Add, "/a/b")]
    [InlineData(ChangeKind.Add, "/list/3")]
    [InlineData(ChangeKind.Add, "/list/01x")]
    [InlineData(ChangeKind.Add, "/list/-1")]
    [InlineData(ChangeKind.Remove, "/a")]
    [InlineData(ChangeKind.Remove, "/list/2")]
    [InlineData(ChangeKind.Remove, "/list/-")]
    [InlineData(ChangeKind.Replace, "/a")]
    [InlineData(ChangeKind.Replace, "/list/2")]
    [InlineData(ChangeKind.Add, "/text/a")]
    [InlineData(ChangeKind.Add, "/nothing/a")]
    public void A_path_that_leads_nowhere_is_refused(ChangeKind kind, string path)
    {
        JsonObject pod = Object("""{"list":[1,2],"text":"t","nothing":null}""");

        Assert.Throws<FormatException>(() => JsonPatch.Apply(pod, [new PodChange(path, kind, 1, "")]));
    }

    [Fact]
    public void A_patch_is_written_as_RFC_6902_wants_it_below_the_template()
    {
        JsonArray patch = JsonPatch.ToJson(
            [new("/spec/a", ChangeKind.Add, 1, "why"), new("/spec/b", ChangeKind.Replace, "x", "why"), new("/spec/c", ChangeKind.Remove, null, "why")], "/spec/template");

        Assert.Equal(
            """[{"op":"add","path":"/spec/template/spec/a","value":1},{"op":"replace","path":"/spec/template/spec/b","value":"x"},{"op":"remove","path":"/spec/template/spec/c"}]""",
            patch.ToJsonString());
    }

    private static JsonObject Object(string json) => (JsonObject)JsonNode.Parse(json)!;
}
