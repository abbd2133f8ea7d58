using Crik.Configuration;

namespace Crik.Commands;

/// <summary>What the command line asks for.</summary>
internal abstract record CommandLineRequest
{
    private protected CommandLineRequest()
    {
    }
}

/// <summary>Run the command, which has at least one word, under these overrides.</summary>
internal sealed record RunRequest(CommandLineOverrides Overrides, IReadOnlyList<string> Command) : CommandLineRequest;

/// <summary>Write the text, which ends with a newline, and exit.</summary>
internal sealed record PrintRequest(string Text, int ExitCode, bool ToStandardError) : CommandLineRequest;
