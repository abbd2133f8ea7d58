namespace Crik.Criu;

/// <summary>A descriptor of a task, and what it leads to.</summary>
internal readonly record struct OpenDescriptor(int Pid, int Number, string Target);
