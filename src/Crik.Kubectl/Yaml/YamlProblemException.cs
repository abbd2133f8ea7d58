namespace Crik.Kubectl.Yaml;

/// <summary>A text is not YAML, or a change of it cannot be written. The message names the line and what to do.</summary>
/// <param name="line">Counted from 1 in the text that was read.</param>
internal sealed class YamlProblemException(int line, string message, Exception? inner = null) : Exception(message, inner)
{
    public int Line { get; } = line;
}
