using System.Diagnostics;

namespace Crik.Tests.Init;

/// <summary>Compiles the libraries of src/Crik.Cli/Native, and small programs that load them.</summary>
internal static class NativeSource
{
    public const string Compiler = "/usr/bin/gcc";

    public static byte[] Library(TempDirectory temp, string name)
    {
        string target = temp.In($"{name}.so");
        string[] bits = name.EndsWith("-32", StringComparison.Ordinal) ? ["-m32"] : [];
        Compile([.. bits, "-Os", "-fPIC", "-shared", "-nostdlib", "-ffreestanding", "-fno-stack-protector", "-s", "-o", target, Repository.In($"src/Crik.Cli/Native/{name}.c")]);
        return File.ReadAllBytes(target);
    }

    public static string Program(TempDirectory temp, string source, params string[] options)
    {
        string target = temp.In(Guid.NewGuid().ToString("n"));
        File.WriteAllText($"{target}.c", source);
        Compile([.. options, "-o", target, $"{target}.c"]);
        return target;
    }

    /// <returns>What the program wrote: its errors, then its output, without the last line break.</returns>
    public static string Run(string program, string preload, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["LD_PRELOAD"] = preload;
        start.Environment.Remove("ASAN_OPTIONS");
        using Process process = Process.Start(start)!;
        string errors = process.StandardError.ReadToEnd();
        return (errors + process.StandardOutput.ReadToEnd()).TrimEnd();
    }

    private static void Compile(string[] arguments) => Command.Output(Compiler, arguments);
}
