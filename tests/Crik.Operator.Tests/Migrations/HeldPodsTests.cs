using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Configuration;
using Crik.Operator.Migrations;
using Crik.Operator.Migrations.Deciding;
using Crik.Pods.Reading;
using Crik.StandIn;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.Operator.Tests.Migrations;

public sealed class HeldPodsTests : IAsyncLifetime
{
    private const string Migrations = "/apis/crik.dev/v1alpha1/namespaces/team/podmigrations";

    private readonly StandInObjects _pods = new("/api/v1/namespaces/team/pods");
    private string? _migrations;
    private string? _forbidden;
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = AnswerAsync;
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
        await CreateAsync("first", "one");
        await CreateAsync("second", "two");
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_operator_that_moves_no_pods_lets_those_go_that_are_held_back() => await WhileLeadingAsync(movesPods: false, async () =>
    {
        await Eventually.TrueAsync(() => !IsHeld("first") && !IsHeld("second"), "both pods can be scheduled");
        Assert.Equal(["other"], _pods["first"].At("spec", "schedulingGates").Maps().Select(static gate => gate.At("name").Text()));
        Assert.Null(_pods["first"].At("metadata", "labels", "crik.dev/held-for-migration"));
    });

    [Fact]
    public async Task A_pod_that_it_may_not_change_keeps_nobody_else_waiting()
    {
        _forbidden = "first";

        await WhileLeadingAsync(movesPods: false, () => Eventually.TrueAsync(() => !IsHeld("second"), "the other pod can be scheduled"));

        Assert.True(IsHeld("first"));
    }

    [Fact]
    public async Task Pods_are_let_go_when_the_definition_of_PodMigrations_was_removed() =>
        await WhileLeadingAsync(movesPods: true, () => Eventually.TrueAsync(() => !IsHeld("first") && !IsHeld("second"), "both pods can be scheduled"));

    [Fact]
    public async Task Only_pods_of_a_controller_whose_pod_is_being_moved_stay_held_back()
    {
        _migrations = """
            {"metadata":{},"items":[{"metadata":{"name":"m","namespace":"team","uid":"m"},
             "status":{"pods":[{"name":"web","uid":"old","ownerUID":"one","announcedTime":"2026-11-23T18:00:00Z"}]} }]}
            """;

        await WhileLeadingAsync(movesPods: true, () => Eventually.TrueAsync(() => !IsHeld("second"), "the pod of the other controller can be scheduled"));

        Assert.True(IsHeld("first"));
    }

    private bool IsHeld(string name) => MovingPod.Of(_pods[name]).IsGated;

    private async Task WhileLeadingAsync(bool movesPods, Func<Task> test)
    {
        using CancellationTokenSource end = new();
        HeldPods held = new(_api, new OperatorOptions { MovesPods = movesPods }, TimeProvider.System, NullLogger<HeldPods>.Instance);
        Task running = held.RunAsync(end.Token);
        await test();
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private Task<JsonObject> CreateAsync(string name, string owner) => ResourceClient.OfJson(_api, ResourceType.Core("pods")).CreateAsync("team", JsonNode.Parse($$"""
        {"metadata":{"name":"{{name}}","namespace":"team","labels":{"crik.dev/held-for-migration":"true"},"annotations":{"crik.dev/migration":"m"},
          "ownerReferences":[{"apiVersion":"apps/v1","kind":"ReplicaSet","name":"web","uid":"{{owner}}","controller":true}]},
         "spec":{"schedulingGates":[{"name":"other"},{"name":"crik.dev/migration"}]} }
        """)!.AsObject(), CancellationToken.None);

    private async Task<bool> AnswerAsync(HttpContext context)
    {
        string path = context.Request.Path.Value!;
        string? answer = path == Migrations ? _migrations
            : path is "/api/v1/pods" ? new JsonObject { ["metadata"] = new JsonObject(), ["items"] = new JsonArray([.. _pods.All.Select(static pod => pod.DeepClone())]) }.ToJsonString()
            : null;
        if (answer is not null)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(answer);
            return true;
        }

        if (_forbidden is not null && context.Request.Method is "PATCH" && path.EndsWith(_forbidden, StringComparison.Ordinal))
        {
            await StandInApiServer.RefuseAsync(context, 403, "Forbidden", "pods is forbidden");
            return true;
        }

        return await _pods.AnswerAsync(context);
    }
}
