using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Pods.Planning;

/// <summary>The pods that crik cannot help, whatever is changed in them.</summary>
internal static class Refusals
{
    public static InjectionPlan.Skipped? Of(PodToInject pod)
    {
        JsonNode? spec = pod.Pod.At("spec");
        JsonNode? metadata = pod.Pod.At("metadata");
        if (metadata.At("labels", PodNames.InjectLabel).Text() is "false")
        {
            return new(SkipReasons.OptedOut, $"The label {PodNames.InjectLabel} of the pod is false.");
        }

        if (pod.Controller?.Kind is "DaemonSet")
        {
            return new(SkipReasons.DaemonSet, $"A pod of the DaemonSet {pod.Controller.Name} belongs to its node and does not move to another one.");
        }

        if (pod.Controller?.Kind is "Node" || metadata.At("annotations", "kubernetes.io/config.mirror") is not null)
        {
            return new(SkipReasons.StaticPod, "The kubelet makes this pod from a file on its node. Change that file, for example with kubectl crik inject.");
        }

        JsonNode? nodes = spec.At("nodeSelector");
        if (spec.At("os", "name").Text() is "windows" || nodes.At("kubernetes.io/os").Text() is "windows")
        {
            return new(SkipReasons.NotLinux, "crik works on Linux only, and the pod is for Windows.");
        }

        if (nodes.At("kubernetes.io/arch").Text() is not (null or "amd64") and var architecture)
        {
            return new(SkipReasons.OtherArchitecture, $"crik is built for amd64, and the pod is for nodes with {architecture}.");
        }

        if (spec.At("hostPID").IsTrue())
        {
            return new(SkipReasons.HostPid, "With hostPID: true the program's process numbers are those of the node, and crik is not PID 1. Remove it.");
        }

        return spec.At("shareProcessNamespace").IsTrue()
            ? new(SkipReasons.SharedProcessNamespace, "With shareProcessNamespace: true crik is not PID 1. Remove it.")
            : PodSecurity.Refusal(pod.Namespace);
    }
}
