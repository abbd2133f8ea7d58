using System.Diagnostics;

namespace Crik.ClusterTests;

/// <summary>Commands on this machine.</summary>
internal static class Shell
{
    public static string Repository { get; } = FindRepository();

    public static string In(string path) => Path.Combine(Repository, path);

    /// <returns>What it wrote to standard output.</returns>
    /// <exception cref="InvalidOperationException">It failed; with everything it said.</exception>
    public static string Run(string file, string[] arguments, string input = "")
    {
        (int code, string output, string errors) = Try(file, arguments, input);
        return code == 0 ? output : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)}: exit code {code}\n{output}\n{errors}");
    }

    public static (int Code, string Output, string Errors) Try(string file, string[] arguments, string input = "")
    {
        using Process process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        return (process.ExitCode, output.Result, errors.Result);
    }

    /// <summary>Waits for something to be so, and says what it was when it never is.</summary>
    public static T Eventually<T>(string what, Func<T?> find, int seconds = 120)
        where T : class
    {
        Stopwatch clock = Stopwatch.StartNew();
        string last = "nothing";
        while (clock.Elapsed < TimeSpan.FromSeconds(seconds))
        {
            try
            {
                if (find() is { } found)
                {
                    return found;
                }
            }
            catch (InvalidOperationException exception)
            {
                last = exception.Message;
            }

            Thread.Sleep(100);
        }

        throw new TimeoutException($"not within {seconds} s: {what}; last error: {last}");
    }

    public static void Eventually(string what, Func<bool> isSo, int seconds = 120) => Eventually(what, () => isSo() ? what : null, seconds);

    private static string FindRepository()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Crik.slnx")))
        {
            directory = directory.Parent;
        }

        return directory.FullName;
    }
}
