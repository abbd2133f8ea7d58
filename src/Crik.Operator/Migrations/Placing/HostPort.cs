using System.Text.Json.Nodes;
using Crik.Pods.Reading;

namespace Crik.Operator.Migrations.Placing;

/// <summary>A port of the node itself that a pod takes.</summary>
/// <param name="Address">Empty: all addresses of the node.</param>
internal sealed record HostPort(string Protocol, long Port, string Address)
{
    /// <summary>The API server fills in hostPort for pods in the network of the node.</summary>
    public static IReadOnlyList<HostPort> Of(JsonObject pod) =>
    [
        .. from container in pod.At("spec", "containers").Maps().Concat(pod.At("spec", "initContainers").Maps())
           from port in container.At("ports").Maps()
           where port.At("hostPort").Number() is > 0
           let address = port.At("hostIP").Text() is { } named and not "0.0.0.0" ? named : ""
           select new HostPort(port.At("protocol").Text() ?? "TCP", port.At("hostPort").Number()!.Value, address),
    ];

    public bool Conflicts(HostPort other) =>
        Protocol == other.Protocol && Port == other.Port && (Address == other.Address || Address.Length == 0 || other.Address.Length == 0);
}
