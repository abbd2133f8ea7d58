using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Crik.Kubernetes.Access;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Operator.Certificates;
using Crik.Operator.Configuration;
using Crik.StandIn;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crik.Operator.Tests.Certificates;

public sealed class KeyKeeperTests : IAsyncLifetime
{
    private static readonly OperatorOptions s_options = new() { Namespace = "crik", Identity = "a" };
    private static readonly CancellationToken s_never = CancellationToken.None;

    private readonly StandInObjects _secrets = new("/api/v1/namespaces/crik/secrets");
    private readonly StandInObjects _webhooks = new("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations");
    private readonly ShiftedClock _clock = new();
    private StandInApiServer _server = null!;
    private KubernetesApi _api = null!;
    private KeyKeeper _keeper = null!;

    public async Task InitializeAsync()
    {
        _server = await StandInApiServer.StartAsync();
        _server.Intercept = async context => await _secrets.AnswerAsync(context) || await _webhooks.AnswerAsync(context);
        _api = new KubernetesApi(new ClusterAccess { Server = _server.Address, Authorities = ConfiguredText.Fixed(_server.Certificates.AuthorityPem) }, "crik-tests/1");
        _keeper = Keeper();
        await ResourceClient.OfJson(_api, new ResourceType("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations")).CreateAsync(null, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "crik-operator" },
            ["webhooks"] = new JsonArray(Webhook("a"), Webhook("b")),
        }, s_never);
    }

    public async Task DisposeAsync()
    {
        _api.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task The_first_leader_makes_an_authority_publishes_it_and_then_signs_a_certificate()
    {
        Assert.Equal([KeyStep.NewAuthority, KeyStep.Publish, KeyStep.NewCertificate, KeyStep.Keep], await StepsAsync());
        Assert.True(IsTrusted());
    }

    [Fact]
    public async Task An_upgrade_that_removes_the_authorities_is_mended()
    {
        await StepsAsync();
        _webhooks.Edit("crik-operator", item => ((JsonObject)item["webhooks"]![1]!["clientConfig"]!).Remove("caBundle"));

        Assert.Equal([KeyStep.Publish, KeyStep.Keep], await StepsAsync());
        Assert.True(IsTrusted());
    }

    [Fact]
    public async Task A_lost_Secret_leaves_the_authorities_trusted_that_replicas_still_need()
    {
        await StepsAsync();
        WebhookKeys before = KeySecret.Read(_secrets["crik-operator-certificates"]);
        await ResourceClient.OfJson(_api, ResourceType.Core("secrets")).DeleteAsync(KeySecret.Name(s_options), s_never);

        Assert.Equal([KeyStep.NewAuthority, KeyStep.Publish, KeyStep.NewCertificate, KeyStep.Keep], await StepsAsync());
        Assert.True(IsTrusted());
        Assert.Contains(before.ReadAuthorities()[0], WebhookKeys.Read(Published()!));
    }

    [Fact]
    public async Task Keys_are_renewed_for_years_and_the_API_server_trusts_the_certificate_after_each_step()
    {
        await StepsAsync();
        int renewed = 0;
        for (int day = 0; day < 3 * 365; day += 10)
        {
            _clock.Forward(TimeSpan.FromDays(10));
            KeyStep step;
            do
            {
                step = await Keeper().StepAsync(s_never); // another leader each time
                renewed += step is KeyStep.Keep ? 0 : 1;
                Assert.True(IsTrusted(), $"after {step} on day {day}");
            }
            while (step is not KeyStep.Keep);
        }

        Assert.InRange(renewed, 20, 60);
    }

    [Fact]
    public async Task Two_leaders_at_once_leave_one_set_of_keys()
    {
        await StepsAsync();
        _clock.Forward(TimeSpan.FromDays(250));
        Task both = Task.WhenAll(Keeper().StepAsync(s_never), Keeper().StepAsync(s_never));
        await Task.WhenAny(both); // one of them may meet a conflict

        await StepsAsync();
        Assert.True(IsTrusted());
    }

    private static JsonObject Webhook(string name) => new() { ["name"] = name, ["clientConfig"] = new JsonObject { ["service"] = new JsonObject { ["name"] = "crik-operator" } } };

    private KeyKeeper Keeper() => new(_api, s_options, _clock, NullLogger<KeyKeeper>.Instance);

    private async Task<List<KeyStep>> StepsAsync()
    {
        List<KeyStep> steps = [];
        do
        {
            steps.Add(await _keeper.StepAsync(s_never));
        }
        while (steps[^1] is not KeyStep.Keep && steps.Count < 10);
        return steps;
    }

    private string? Published() => WebhookAuthorities.Of(_webhooks["crik-operator"]);

    /// <summary>Whether the API server accepts the certificate that replicas read from the Secret.</summary>
    private bool IsTrusted()
    {
        if (Published() is not { } published || WebhookKeys.Read(KeySecret.Read(_secrets["crik-operator-certificates"]).Certificate) is not [var certificate, ..])
        {
            return false;
        }

        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = _clock.GetUtcNow().UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.CustomTrustStore.AddRange(WebhookKeys.Read(published));
        return certificate.MatchesHostname("crik-operator.crik.svc") && chain.Build(certificate);
    }
}
