namespace Crik.Pods.Annotations;

/// <summary>One annotation by which a pod says how it wants to be injected.</summary>
/// <param name="Name">The whole name. A last part in angle brackets stands for many names.</param>
/// <param name="Values">What can be written, for the table in the documents.</param>
/// <param name="Default">What holds without it.</param>
public sealed record PodAnnotation(string Name, string Values, string Default, string Meaning);
