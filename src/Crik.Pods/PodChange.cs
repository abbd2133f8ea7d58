using System.Text.Json.Nodes;

namespace Crik.Pods;

/// <summary>One change of a pod, or of the template of one. Changes apply in order, as a JSON patch does.</summary>
/// <param name="Path">
/// A JSON pointer (RFC 6901) below the pod: `/spec/containers/0/command`. An addition to a list ends with `/-` or with
/// an index.
/// </param>
/// <param name="Value">The new value. Null when the change removes something.</param>
/// <param name="Reason">Why, in words for people.</param>
public sealed record PodChange(string Path, ChangeKind Kind, JsonNode? Value, string Reason);
