namespace Crik.Hosting;

/// <summary>The command line, a variable or a file is wrong. The message has one line for each problem.</summary>
public sealed class ConfigurationException : Exception
{
    public ConfigurationException(IEnumerable<string> problems)
        : base(string.Join('\n', problems))
    {
    }

    public ConfigurationException(string problem, Exception? inner)
        : base(problem, inner)
    {
    }
}
