using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.StandIn;

namespace Crik.Kubernetes.Tests.Resources;

public sealed class ResourceClientTests : IAsyncLifetime
{
    private static readonly ResourceType s_things = new("example.com", "v1", "things");
    private static readonly CancellationToken s_never = CancellationToken.None;

    private readonly StandInObjects _objects = new("/apis/example.com/v1/namespaces/here/things") { RequiredField = "colour" };
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private ResourceClient<JsonObject> _things = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = _objects.AnswerAsync;
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
        _things = ResourceClient.OfJson(_api, s_things);
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_object_is_created_read_replaced_and_deleted()
    {
        JsonObject created = await _things.CreateAsync("here", Thing("a", "red"), s_never);
        Assert.Equal("red", (string?)(await _things.GetAsync(Name("a"), s_never))["spec"]!["colour"]);

        created["spec"]!["colour"] = "blue";
        JsonObject updated = await _things.UpdateAsync(Name("a"), created, s_never);
        Assert.Equal("blue", (string?)_objects["a"]["spec"]!["colour"]);
        KubernetesException stale = await Assert.ThrowsAsync<KubernetesException>(() => _things.UpdateAsync(Name("a"), created, s_never));
        Assert.Equal((true, false, "Conflict"), (stale.IsConflict, stale.IsAlreadyExists, stale.Reason));

        await _things.DeleteAsync(Name("a"), s_never);
        Assert.NotNull(updated);
        Assert.Null(await _things.FindAsync(Name("a"), s_never));
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => _things.GetAsync(Name("a"), s_never))).IsNotFound);
    }

    [Fact]
    public async Task A_typed_document_reads_and_writes_only_its_fields()
    {
        await _things.CreateAsync("here", Thing("a", "red"), s_never);
        ResourceClient<Thing> typed = new(_api, s_things, ThingJson.Default.Thing);

        Assert.Equal("a", (await typed.GetAsync(Name("a"), s_never)).Metadata!.Name);
        await typed.PatchAsync(Name("a"), Patch.Merge(new Thing { Spec = new ThingSpec { Unschedulable = true } }, ThingJson.Default.Thing), s_never);
        Assert.Equal((true, "red"), ((bool)_objects["a"]["spec"]!["unschedulable"]!, (string?)_objects["a"]["spec"]!["colour"]));
    }

    [Fact]
    public async Task A_refusal_has_the_reason_and_the_causes_of_the_API_server()
    {
        KubernetesException invalid = await Assert.ThrowsAsync<KubernetesException>(() => _things.CreateAsync("here", Thing("a", null), s_never));
        await _things.CreateAsync("here", Thing("a", "red"), s_never);
        KubernetesException exists = await Assert.ThrowsAsync<KubernetesException>(() => _things.CreateAsync("here", Thing("a", "red"), s_never));

        Assert.Equal((KubernetesFailure.Refused, 422, "Invalid"), (invalid.Failure, (int)invalid.Status!, invalid.Reason));
        StatusCause cause = Assert.Single(invalid.Causes);
        Assert.Equal(("FieldValueRequired", "spec.colour", "Required value"), (cause.Reason, cause.Field, cause.Message));
        Assert.Equal((true, false), (exists.IsAlreadyExists, exists.IsConflict));
    }

    [Fact]
    public async Task The_status_is_written_apart_from_the_rest()
    {
        await _things.CreateAsync("here", Thing("a", "red"), s_never);

        await _things.PatchAsync(Name("a"), Patch.Merge(JsonNode.Parse("""{"spec":{"colour":"no"},"status":{"done":true}}""")!.AsObject()), s_never, "status");
        JsonObject item = await _things.GetAsync(Name("a"), s_never);
        Assert.Equal(("red", true), ((string?)item["spec"]!["colour"], (bool)item["status"]!["done"]!));

        item["status"]!["done"] = false;
        await _things.UpdateAsync(Name("a"), item, s_never, "status");
        Assert.False((bool)_objects["a"]["status"]!["done"]!);
    }

    [Fact]
    public async Task The_three_kinds_of_patches_have_their_media_types()
    {
        await _things.CreateAsync("here", Thing("a", "red"), s_never);

        await _things.PatchAsync(Name("a"), Patch.Merge(JsonNode.Parse("""{"spec":{"size":5,"colour":null}}""")!.AsObject()), s_never);
        Assert.Equal("""{"size":5}""", _objects["a"]["spec"]!.ToJsonString());
        await _things.PatchAsync(Name("a"), Patch.Json(JsonNode.Parse("""[{"op":"replace","path":"/spec/size","value":6}]""")!.AsArray()), s_never);
        Assert.Equal("""{"size":6}""", _objects["a"]["spec"]!.ToJsonString());

        // A version in the patch is a precondition.
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() =>
            _things.PatchAsync(Name("a"), Patch.Merge(JsonNode.Parse("""{"metadata":{"resourceVersion":"1"}}""")!.AsObject()), s_never))).IsConflict);
    }

    [Fact]
    public async Task Server_side_apply_creates_an_object_and_takes_fields_only_by_force()
    {
        CallOptions mine = new() { FieldManager = "crik" };
        CallOptions other = new() { FieldManager = "somebody" };

        await _things.PatchAsync(Name("a"), Patch.Apply(Thing("a", "red")), s_never, options: mine);
        KubernetesException conflict = await Assert.ThrowsAsync<KubernetesException>(() => _things.PatchAsync(Name("a"), Patch.Apply(Thing("a", "blue")), s_never, options: other));
        await _things.PatchAsync(Name("a"), Patch.Apply(Thing("a", "green"), force: true), s_never, options: other);

        Assert.Contains("conflict with \"crik\"", conflict.Message, StringComparison.Ordinal);
        Assert.Equal("green", (string?)_objects["a"]["spec"]!["colour"]);
    }

    [Fact]
    public async Task A_deletion_has_its_preconditions_and_its_propagation()
    {
        await _things.CreateAsync("here", Thing("a", "red"), s_never);
        string uid = (string)_objects["a"]["metadata"]!["uid"]!;

        Deletion another = new() { Preconditions = new DeletionPreconditions { Uid = "of-another" } };
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => _things.DeleteAsync(Name("a"), s_never, another))).IsConflict);
        Deletion right = new() { PropagationPolicy = "Foreground", GracePeriodSeconds = 5, Preconditions = new DeletionPreconditions { Uid = uid } };
        await _things.DeleteAsync(Name("a"), s_never, right);

        Assert.Equal(
            $$$"""{"apiVersion":"v1","kind":"DeleteOptions","gracePeriodSeconds":5,"propagationPolicy":"Foreground","preconditions":{"uid":"{{{uid}}}"}}""",
            _objects.LastDeletion);
    }

    [Fact]
    public async Task A_list_is_read_in_pages_and_with_selectors()
    {
        for (int i = 0; i < 5; i++)
        {
            await _things.CreateAsync("here", Thing($"a{i}", i % 2 == 0 ? "red" : "blue"), s_never);
        }

        IReadOnlyList<JsonObject> found = await _things.ListAllAsync(
            new ListQuery { Namespace = "here", PageSize = 2, LabelSelector = "colour=red", FieldSelector = "metadata.namespace=here" }, s_never);

        Assert.Equal(["a0", "a2", "a4"], found.Select(item => (string)item["metadata"]!["name"]!));
        string[] lists = [.. _server.Requests.Where(request => request.StartsWith("GET", StringComparison.Ordinal))];
        Assert.Equal(2, lists.Length);
        Assert.EndsWith("?limit=2&continue=a2&labelSelector=colour%3Dred&fieldSelector=metadata.namespace%3Dhere", lists[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_is_made_again_on_the_new_object_after_a_conflict()
    {
        await _things.CreateAsync("here", Thing("a", "red"), s_never);
        int others = 0;
        _objects.BeforeWrite = () =>
        {
            if (++others <= 2)
            {
                _objects.Edit("a", item => item["spec"]!["size"] = others);
            }
        };

        await _things.ChangeAsync(Name("a"), item => item["spec"]!["colour"] = "blue", s_never);

        Assert.Equal("""{"colour":"blue","size":2}""", _objects["a"]["spec"]!.ToJsonString());
        _objects.BeforeWrite = () => _objects.Edit("a", item => item["spec"]!["size"] = 0);
        Assert.True((await Assert.ThrowsAsync<KubernetesException>(() => _things.ChangeAsync(Name("a"), static _ => { }, s_never))).IsConflict);
    }

    [Fact]
    public async Task A_call_has_a_time_limit_that_includes_its_body()
    {
        _server.Intercept = async context =>
        {
            await context.Response.Body.WriteAsync("{"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };

        KubernetesException late = await Assert.ThrowsAsync<KubernetesException>(() =>
            _things.GetAsync(Name("a"), s_never, new CallOptions { Timeout = TimeSpan.FromMilliseconds(300) }));

        Assert.Equal(KubernetesFailure.NoAnswer, late.Failure);
        Assert.Contains("within 0.3 s", late.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_not_an_object_is_reported()
    {
        _server.Intercept = async context =>
        {
            await context.Response.Body.WriteAsync("<html>"u8.ToArray());
            return true;
        };

        Assert.Equal(KubernetesFailure.NotUnderstood, (await Assert.ThrowsAsync<KubernetesException>(() => _things.GetAsync(Name("a"), s_never))).Failure);
    }

    [Theory]
    [InlineData("", "v1", "pods", "default", "a", "status", "/api/v1/namespaces/default/pods/a/status")]
    [InlineData("", "v1", "nodes", null, "a b", null, "/api/v1/nodes/a%20b")]
    [InlineData("apps", "v1", "deployments", null, null, null, "/apis/apps/v1/deployments")]
    public void A_path_has_group_version_namespace_plural_and_name(string group, string version, string plural, string? space, string? name, string? sub, string path) =>
        Assert.Equal(path, new ResourceType(group, version, plural).Path(space, name, sub));

    private static ObjectName Name(string name) => new("here", name);

    private static JsonObject Thing(string name, string? colour) => new()
    {
        ["apiVersion"] = "example.com/v1",
        ["kind"] = "Thing",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["colour"] = colour } },
        ["spec"] = new JsonObject { ["colour"] = colour },
    };
}
