namespace Crik.Configuration;

/// <summary>Loads the configuration. The command line wins over the environment, and the environment over the file.</summary>
internal static class CrikOptionsLoader
{
    /// <exception cref="ConfigurationException">Something is wrong. It has every problem of every source.</exception>
    public static CrikOptions Load(
        CommandLineOverrides overrides, IReadOnlyDictionary<string, string> environment, string defaultPath = CrikOptionsFile.DefaultPath)
    {
        Settings[] sources = [ReadFile(overrides, environment, defaultPath), CrikEnvironment.Read(environment), Read(overrides)];
        List<string> problems = [.. sources.SelectMany(source => source.Problems)];
        Dictionary<string, string> labels = []; // key -> the source that won
        CrikOptions options = new()
        {
            NodeName = environment.GetValueOrDefault(CrikOptions.NodeNameVariable),
            PodName = environment.GetValueOrDefault(CrikOptions.PodNameVariable),
            PodNamespace = environment.GetValueOrDefault(CrikOptions.NamespaceVariable),
        };
        foreach (Setting setting in sources.SelectMany(source => source.Values))
        {
            labels[setting.Key.Name] = setting.Label;
            options = setting.Key.Set(options, setting.Values, problem => problems.Add($"{setting.Label}: {problem}"));
        }

        problems.AddRange(options.Conflicts().Select(found => $"{labels.GetValueOrDefault(found.Key, found.Key)}: {found.Problem}"));
        return problems.Count == 0 ? options : throw new ConfigurationException(problems) { Rest = options };
    }

    private static Settings ReadFile(
        CommandLineOverrides overrides, IReadOnlyDictionary<string, string> environment, string defaultPath)
    {
        (string? path, string label) = overrides.ConfigPath is not null
            ? (overrides.ConfigPath, "--config-path")
            : (environment.GetValueOrDefault(CrikEnvironment.ConfigPathName), CrikEnvironment.ConfigPathName);
        if (path is "")
        {
            Settings settings = new();
            settings.Refuse($"{label}: must not be empty");
            return settings;
        }

        return CrikOptionsFile.Read(path ?? defaultPath, isRequired: path is not null);
    }

    private static Settings Read(CommandLineOverrides overrides)
    {
        Settings settings = new();
        Add("imageDir", overrides.ImageDir, "--image-dir");
        Add("logFormat", overrides.LogFormat, "--log-format");
        Add("logLevel", overrides.Debug ? "debug" : null, "--debug");
        return settings;

        void Add(string key, string? value, string label)
        {
            if (value is not null)
            {
                settings.Add(OptionKeys.Find(key)!, [value], label);
            }
        }
    }
}
