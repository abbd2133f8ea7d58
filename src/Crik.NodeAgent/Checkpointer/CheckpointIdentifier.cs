using System.Security.Cryptography;

namespace Crik.NodeAgent.Checkpointer;

/// <summary>
/// Names a checkpoint for a client: the node of the pod, a colon, and 16 hexadecimal digits. The digits are a label of the
/// PodCheckpoint, so an agent of any node finds it, also after a restart. Requests are never forwarded, so they cannot go in
/// circles.
/// </summary>
internal sealed record CheckpointIdentifier(string Node, string Id)
{
    /// <summary>The label of a PodCheckpoint with the digits.</summary>
    public const string Label = "crik.dev/checkpoint-identifier";

    private const int Bytes = 8;

    /// <summary>The name of the PodCheckpoint.</summary>
    public string ObjectName => $"checkpoint-{Id}";

    /// <summary>Whether the digits are of the form that this interface gives out.</summary>
    public bool IsPossible => Id.Length == 2 * Bytes && Id.All(static letter => char.IsAsciiDigit(letter) || letter is >= 'a' and <= 'f');

    public static CheckpointIdentifier New(string node) => new(node, RandomNumberGenerator.GetHexString(2 * Bytes, lowercase: true));

    /// <returns>Null if there is nothing before or after the colon.</returns>
    public static CheckpointIdentifier? Parse(string text) =>
        text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && colon < text.Length - 1
            ? new CheckpointIdentifier(text[..colon], text[(colon + 1)..])
            : null;

    public override string ToString() => $"{Node}:{Id}";
}
