using Crik.Configuration;

namespace Crik.Tests.Configuration;

/// <summary>A directory with a configuration file, and the ways to load it.</summary>
internal sealed class ConfigurationFixture : IDisposable
{
    public static readonly IReadOnlyDictionary<string, string> NoEnvironment = new Dictionary<string, string>();

    private readonly TempDirectory _directory = new("crik-config-");

    public string FilePath => _directory.In("config.yaml");

    public CrikOptions Load(string yaml)
    {
        File.WriteAllText(FilePath, yaml);
        return Load(new CommandLineOverrides { ConfigPath = FilePath });
    }

    public CrikOptions Load(CommandLineOverrides overrides, IReadOnlyDictionary<string, string>? environment = null) =>
        CrikOptionsLoader.Load(overrides, environment ?? NoEnvironment, FilePath);

    public CrikOptions LoadEnvironment(params (string Name, string Value)[] variables) =>
        Load(new CommandLineOverrides(), variables.ToDictionary(pair => pair.Name, pair => pair.Value));

    /// <summary>The problems of a file, without the path with which each of them begins.</summary>
    public string[] Problems(string yaml) =>
        [.. Assert.Throws<ConfigurationException>(() => Load(yaml)).Problems.Select(problem => problem.Replace(FilePath + ":", "", StringComparison.Ordinal))];

    public void Dispose() => _directory.Dispose();
}
