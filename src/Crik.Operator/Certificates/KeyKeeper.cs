using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Kubernetes.Resources;
using Crik.Kubernetes.Watching;
using Crik.Operator.Configuration;

namespace Crik.Operator.Certificates;

/// <summary>
/// What the leader does for the keys of the webhook. It repeats the decision and one step at a time, so it goes on where a
/// leader before it was interrupted.
/// </summary>
internal sealed class KeyKeeper(KubernetesApi api, OperatorOptions options, TimeProvider clock, ILogger<KeyKeeper> log)
{
    /// <summary>An upgrade of the chart may remove the authorities from the configuration of the webhook at any time.</summary>
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(10);

    private readonly ResourceClient<JsonObject> _secrets = ResourceClient.OfJson(api, ResourceType.Core("secrets"));
    private readonly ResourceClient<JsonObject> _webhooks = ResourceClient.OfJson(api, new ResourceType("admissionregistration.k8s.io", "v1", "mutatingwebhookconfigurations"));
    private readonly string[] _names = [$"{options.Name}.{options.Namespace}.svc", $"{options.Name}.{options.Namespace}.svc.cluster.local"];

    /// <summary>Runs until it is canceled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Backoff failures = Backoff.ForApiServer(), steps = Backoff.ForApiServer();
        while (true)
        {
            TimeSpan pause;
            try
            {
                KeyStep step = await StepAsync(cancellationToken);
                failures.Reset();
                pause = s_lookEvery;
                if (step is KeyStep.Keep)
                {
                    steps.Reset();
                }
                else
                {
                    pause = steps.Next(); // somebody else may undo each step
                }
            }
            catch (KubernetesException exception)
            {
                pause = failures.Next(exception.RetryAfter);
                log.KeysNotKept(exception.Message, pause.TotalSeconds);
            }

            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    /// <summary>Does what has to be done next.</summary>
    /// <exception cref="KubernetesException">The API server does not answer, refuses, or somebody else was faster.</exception>
    internal async Task<KeyStep> StepAsync(CancellationToken cancellationToken)
    {
        // The configuration is read first and patched with its version. So a leader that was replaced meanwhile cannot
        // publish older authorities than its successor did.
        JsonObject webhook = await _webhooks.GetAsync(ObjectName.Global(options.Name), cancellationToken);
        JsonObject? secret = await _secrets.FindAsync(KeySecret.Name(options), cancellationToken);
        WebhookKeys? keys = secret is null ? null : KeySecret.Read(secret);
        string? published = WebhookAuthorities.Of(webhook);
        DateTimeOffset now = clock.GetUtcNow();
        KeyStep step = KeyDecision.Of(keys, published, _names, now);
        switch (step)
        {
            case KeyStep.NewAuthority:
                await WriteAsync(secret, Issuer.WithNewAuthority(keys, published, now), cancellationToken);
                log.NewAuthority(KeyDecision.WhyNewAuthority(keys, now) ?? "");
                break;
            case KeyStep.Publish:
                await _webhooks.PatchAsync(ObjectName.Global(options.Name), WebhookAuthorities.Publish(webhook, keys!.Authorities), cancellationToken);
                break;
            case KeyStep.NewCertificate:
                await WriteAsync(secret, Issuer.WithNewCertificate(keys!, _names, now), cancellationToken);
                break;
            case KeyStep.DropOlderAuthorities:
                await WriteAsync(secret, Issuer.WithoutOlderAuthorities(keys!), cancellationToken);
                break;
            default:
                return step;
        }

        log.KeyStepDone(step.ToString());
        return step;
    }

    private async Task WriteAsync(JsonObject? secret, WebhookKeys keys, CancellationToken cancellationToken)
    {
        if (secret is null)
        {
            await _secrets.CreateAsync(options.Namespace, KeySecret.New(options, keys), cancellationToken);
        }
        else
        {
            secret["data"] = KeySecret.Data(keys); // its resourceVersion makes it a conflict if somebody else was faster
            await _secrets.UpdateAsync(KeySecret.Name(options), secret, cancellationToken);
        }
    }
}
