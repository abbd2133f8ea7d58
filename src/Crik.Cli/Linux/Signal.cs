namespace Crik.Linux;

/// <summary>Signal numbers of the Linux ABI (<c>signal(7)</c>); the same on x86-64 and arm64.</summary>
internal static class Signal
{
    public const int SIGHUP = 1;
    public const int SIGINT = 2;
    public const int SIGQUIT = 3;
    public const int SIGILL = 4;
    public const int SIGTRAP = 5;
    public const int SIGBUS = 7;
    public const int SIGKILL = 9;
    public const int SIGSEGV = 11;
    public const int SIGPIPE = 13;
    public const int SIGTERM = 15;
    public const int SIGCHLD = 17;
    public const int SIGCONT = 18;

    /// <summary>The first real-time signal of the kernel. These queue up. The C library keeps the first two for itself.</summary>
    public const int FirstRealTime = 32;

    public const int SIGSTOP = 19;
    public const int SIGXFSZ = 25;
    public const int SIGWINCH = 28;

    private static readonly string[] s_names =
    [
        "0", "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL", "SIGUSR1", "SIGSEGV",
        "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU",
        "SIGURG", "SIGXCPU", "SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
    ];

    /// <summary>Parses a name as <c>kill -l</c> prints it, with or without SIG.</summary>
    public static bool TryParse(string text, out int signal)
    {
        string name = text.StartsWith("SIG", StringComparison.Ordinal) ? text : $"SIG{text}";
        signal = Array.IndexOf(s_names, name);
        return signal > 0;
    }

    public static string Name(int signal) => signal >= 0 && signal < s_names.Length ? s_names[signal] : $"SIGRTMIN+{signal - 34}";
}
