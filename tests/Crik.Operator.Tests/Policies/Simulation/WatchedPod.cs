using System.Text.Json.Nodes;

namespace Crik.Operator.Tests.Policies.Simulation;

/// <summary>A pod of a simulation. Its program uses the same, wherever it runs.</summary>
/// <param name="Cpu">In percent of a node.</param>
internal sealed record WatchedPod(string Name, int Cpu)
{
    public required string Node { get; set; }

    /// <summary>It is another pod after each move.</summary>
    public int Life { get; set; }

    public string Uid => $"uid-{Name}-{Life}";

    public JsonObject Json => JsonNode.Parse($$"""
        {"metadata":{"name":"{{Name}}","namespace":"team","uid":"{{Uid}}",
          "ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet","name":"set","uid":"set","controller":true}]},
         "spec":{"nodeName":"{{Node}}","containers":[{"name":"app","command":["crik","run"]}]},"status":{"phase":"Running"} }
        """)!.AsObject();
}
