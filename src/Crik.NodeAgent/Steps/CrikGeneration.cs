namespace Crik.NodeAgent.Steps;

/// <summary>A checkpoint that crik has committed to the volume of the pod.</summary>
/// <param name="Bytes">Its size, if it is known.</param>
internal sealed record CrikGeneration(long Number, long? Bytes, DateTimeOffset? MadeAt);
