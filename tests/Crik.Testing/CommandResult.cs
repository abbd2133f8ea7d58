namespace Crik.Testing;

/// <param name="Output">What the program wrote to standard output.</param>
/// <param name="Errors">What the program wrote to standard error.</param>
public sealed record CommandResult(int ExitCode, string Output, string Errors);
