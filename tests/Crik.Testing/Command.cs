using System.Diagnostics;

namespace Crik.Testing;

/// <summary>Runs programs of this machine and collects what they write.</summary>
public static class Command
{
    /// <summary>Runs a program to its end, whatever its exit code is.</summary>
    public static CommandResult Run(string file, string[] arguments, string input = "")
    {
        ProcessStartInfo start = new(file, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;

        // A Process closes no stream that was asked for, and the kernel limits how many pipes a user may have (pipe(7)).
        using StreamReader standardOutput = process.StandardOutput, standardError = process.StandardError;
        Task<string> output = standardOutput.ReadToEndAsync();
        Task<string> errors = standardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program ended without reading its input. Its exit code and its messages tell why.
        }

        process.WaitForExit();
        return new CommandResult(process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>Runs a program that has to succeed.</summary>
    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="CommandException">
    /// The program failed. The message contains everything that it wrote.
    /// </exception>
    public static string Output(string file, params string[] arguments) => OutputWithInput("", file, arguments);

    /// <summary>Runs a program that has to succeed, with a text as its standard input.</summary>
    /// <inheritdoc cref="Output"/>
    public static string OutputWithInput(string input, string file, params string[] arguments)
    {
        CommandResult result = Run(file, arguments, input);
        return result.ExitCode == 0
            ? result.Output
            : throw new CommandException($"{file} {string.Join(' ', arguments)} ended with exit code {result.ExitCode}:\n{result.Output}\n{result.Errors}");
    }

    /// <summary>Runs a shell script that has to succeed.</summary>
    /// <inheritdoc cref="Output"/>
    public static string Shell(string script) => Output("sh", "-c", script);
}
