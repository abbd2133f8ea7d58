namespace Crik.Kubernetes.Exec;

/// <summary>Where the output of a command goes, and where its input comes from.</summary>
/// <param name="Input">Null means that the command reads nothing. It is read to its end.</param>
public sealed record ExecStreams(Stream Output, Stream Error, Stream? Input = null);
