using System.Text.Json.Nodes;
using Crik.Kubernetes.Api;
using Crik.Operator.EvictionRequests;
using Crik.Operator.Migrations.Admitting;
using Crik.Operator.Migrations.Deciding;
using Crik.Pods;
using Crik.Pods.Annotations;
using Crik.Pods.Reading;
using Crik.Pods.Restoring;
using Crik.Registry;

namespace Crik.Operator.Admission;

/// <summary>Answers requests of the API server: finds out what the rules need to know, and lets them decide.</summary>
/// <param name="replacements">Null: this operator moves no pods.</param>
internal sealed class AdmissionHandler(
    AdmissionOptions options, IClusterFacts facts, IImageConfigurations images, TimeProvider time, ReplacementAdmission? replacements = null)
{
    private readonly PullSecrets _secrets = new(facts);
    private readonly RestoreAdmission _restores = new(options, facts, time);

    public async Task<AdmissionResponse> HandleAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (MovingPod.Of(request.Pod) is { IsGated: true, Migration: not null })
        {
            return AdmissionResponse.Unchanged(request.Id, AdmissionOutcome.AlreadyInjected); // the webhook has seen it before
        }

        AdmissionResponse answer = await AnswerAsync(request, cancellationToken);
        if (options.Excludes(request.Namespace))
        {
            return answer;
        }

        answer = replacements is null ? answer : await replacements.AddAsync(request, answer, cancellationToken);
        return options.RegistersResponder?.Invoke() is true ? ResponderRegistration.Add(request, answer) : answer;
    }

    /// <summary>The container runtime restores a pod with a checkpoint image, so crik must not wrap its command.</summary>
    private async Task<AdmissionResponse> AnswerAsync(AdmissionRequest request, CancellationToken cancellationToken)
    {
        if (options.Excludes(request.Namespace) || request.Pod.At("metadata", "annotations", PodNames.RestoredFromAnnotation) is not null)
        {
            return AdmissionResponse.Unchanged(request.Id, AdmissionOutcome.NotAskedFor);
        }

        // One limit for both: the API server waits for one answer. What comes after them needs its part of it.
        using CancellationTokenSource timeout = new(replacements is null ? options.Timeout : options.Timeout - ReplacementAdmission.Patience, time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        return await _restores.DecideAsync(request, either.Token, cancellationToken) switch
        {
            null => await InjectAsync(request, either.Token, cancellationToken),
            RestoreDecision.Fresh fresh => AdmissionDecision.Afresh(request, await InjectAsync(request, either.Token, cancellationToken), fresh),
            var decision => AdmissionDecision.Of(request, decision),
        };
    }

    /// <param name="inTime">Is canceled when the answer has to be given.</param>
    /// <param name="caller">Is canceled when nobody waits for the answer any more.</param>
    private async Task<AdmissionResponse> InjectAsync(AdmissionRequest request, CancellationToken inTime, CancellationToken caller)
    {
        if (request.Pod.At("metadata", "labels", PodNames.InjectLabel).Text() is not (null or "true"))
        {
            return AdmissionResponse.Unchanged(request.Id, AdmissionOutcome.NotAskedFor);
        }

        PodToInject pod = new(request.Pod, null, NamespaceFacts.Unknown);
        try
        {
            pod = pod with { Namespace = await facts.NamespaceAsync(request.Namespace, inTime) };
            if (!Injector.IsAskedFor(request.Pod, pod.Namespace))
            {
                return AdmissionResponse.Unchanged(request.Id, AdmissionOutcome.NotAskedFor);
            }

            pod = pod with { Controller = await facts.ControllerAsync(request.Namespace, request.Pod, inTime) };
            InjectionPlan plan = await PlanAsync(request, pod, inTime, caller);
            return AdmissionDecision.Of(request, pod, await ClaimOfAnotherAsync(request, pod, plan, inTime) ?? plan);
        }
        catch (KubernetesException exception)
        {
            return AdmissionDecision.Of(request, pod, new InjectionPlan.Skipped(
                SkipReasons.FactsUnknown, $"The API server could not be asked about the pod's surroundings: {exception.Message}. Delete the pod to try again."));
        }
        catch (OperationCanceledException) when (!caller.IsCancellationRequested)
        {
            return AdmissionDecision.Of(request, pod, new InjectionPlan.Skipped(
                SkipReasons.FactsUnknown, $"The API server took longer than {options.Timeout.TotalSeconds:0.#} s. Delete the pod to try again."));
        }
    }

    private async Task<InjectionPlan> PlanAsync(AdmissionRequest request, PodToInject pod, CancellationToken inTime, CancellationToken caller)
    {
        Dictionary<string, ImageConfiguration> known = [];
        IReadOnlyList<string> needed = Injector.ContainersWhoseImageIsNeeded(pod);
        if (needed.Count > 0)
        {
            RegistryCredentials credentials = await _secrets.OfAsync(request.Namespace, request.Pod, inTime);
            foreach (string name in needed)
            {
                try
                {
                    known[name] = await images.ReadAsync(ImageReference.Parse(ImageOf(request.Pod, name)), credentials, inTime);
                }
                catch (RegistryException exception)
                {
                    return CommandUnknown(name, exception.Message);
                }
                catch (OperationCanceledException) when (!caller.IsCancellationRequested)
                {
                    return CommandUnknown(name, $"The registry of {ImageOf(request.Pod, name)} took too long: the webhook has to answer within "
                        + $"{options.Timeout.TotalSeconds:0.#} s. Write the command into the pod, or delete the pod to try again.");
                }
            }
        }

        return Injector.Plan(pod, options.CurrentInjection(), known);
    }

    /// <summary>Two workloads of one name would take each other's checkpoints.</summary>
    private async Task<InjectionPlan?> ClaimOfAnotherAsync(AdmissionRequest request, PodToInject pod, InjectionPlan plan, CancellationToken cancellationToken) =>
        plan is InjectionPlan.Injected { Claim: { } wanted } && await facts.ClaimAsync(request.Namespace, wanted.Name, cancellationToken) is { } claim
        && Owner.OtherOf(claim, pod.Controller) is { } other
            ? new InjectionPlan.Skipped(
                SkipReasons.NameTaken, $"The claim {wanted.Name} has the checkpoints of the {other.Kind} {other.Name}. Name another claim with {PodAnnotations.Claim}.")
            : null;

    private static InjectionPlan.Skipped CommandUnknown(string container, string why) =>
        new(SkipReasons.CommandUnknown, $"The container {container} has no command, so its image has to say what runs. {why}");

    private static string ImageOf(JsonObject pod, string container) =>
        pod.At("spec", "containers").Maps().First(item => item.At("name").Text() == container).At("image").Text() ?? "";
}
