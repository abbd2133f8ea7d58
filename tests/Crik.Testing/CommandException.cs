namespace Crik.Testing;

/// <summary>Thrown when a program that has to succeed ends with another exit code than 0.</summary>
public sealed class CommandException(string message) : InvalidOperationException(message);
