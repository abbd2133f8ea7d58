namespace Crik.Configuration;

/// <summary>Reads the environment variables of crik. In a list the items are separated by colons.</summary>
internal static class CrikEnvironment
{
    public const string ConfigPathName = "CRIK_CONFIG_PATH";

    public static Settings Read(IReadOnlyDictionary<string, string> environment)
    {
        Settings settings = new();
        foreach ((string name, string value) in environment
                     .Where(pair => pair.Key.StartsWith(OptionKey.EnvironmentPrefix, StringComparison.Ordinal))
                     .OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (OptionKeys.All.FirstOrDefault(key => key.EnvironmentName == name) is { } key)
            {
                settings.Add(key, key.IsList ? value.Split(':', StringSplitOptions.RemoveEmptyEntries) : [value], name);
            }
            else if (name is not (ConfigPathName or CrikVersion.OfProgram) && !IsServiceLink(name))
            {
                IEnumerable<string> known = OptionKeys.All.Select(key => key.EnvironmentName).Append(ConfigPathName).Append(CrikVersion.OfProgram);
                settings.Refuse($"{name}: unknown environment variable{NearestName.Hint(name, known)}");
            }
        }

        return settings;
    }

    /// <summary>
    /// Tells variables that Kubernetes sets for a service (enableServiceLinks). A service named crik or crik-node-state-server may be in
    /// the same namespace, and its variables begin as ours do.
    /// </summary>
    private static bool IsServiceLink(string name) =>
        name.EndsWith("_SERVICE_HOST", StringComparison.Ordinal)
        || name.EndsWith("_PORT", StringComparison.Ordinal)
        || name.Contains("_PORT_", StringComparison.Ordinal);
}
