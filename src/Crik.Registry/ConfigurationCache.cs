using System.Diagnostics.CodeAnalysis;

namespace Crik.Registry;

/// <summary>
/// Remembers configurations by the digest of what the registry has under a name. The registry and the repository belong
/// to the key, so that no registry can claim the digest of another one's image.
/// </summary>
internal sealed class ConfigurationCache
{
    /// <summary>How many configurations are remembered.</summary>
    public const int Most = 1000;

    /// <summary>
    /// A configuration with more text is not remembered. Strangers decide how long it is, up to megabytes, and a thousand of
    /// them must not fill the memory.
    /// </summary>
    public const int LongestText = 16 << 10;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, ImageConfiguration Value)>> _known = [];
    private readonly LinkedList<(string Key, ImageConfiguration Value)> _newestFirst = [];

    public static string KeyOf(ImageReference image, string digest, Platform platform) => $"{image.Registry}/{image.Repository}@{digest} {platform}";

    public bool TryGet(string key, [NotNullWhen(true)] out ImageConfiguration? configuration)
    {
        lock (_gate)
        {
            configuration = null;
            if (!_known.TryGetValue(key, out LinkedListNode<(string Key, ImageConfiguration Value)>? node))
            {
                return false;
            }

            _newestFirst.Remove(node);
            _newestFirst.AddFirst(node);
            configuration = node.Value.Value;
            return true;
        }
    }

    public void Add(string key, ImageConfiguration configuration)
    {
        lock (_gate)
        {
            if (!_known.ContainsKey(key) && configuration.Entrypoint.Concat(configuration.Command).Sum(word => (long)word.Length) <= LongestText)
            {
                _known[key] = _newestFirst.AddFirst((key, configuration));
                if (_known.Count > Most)
                {
                    _known.Remove(_newestFirst.Last!.Value.Key);
                    _newestFirst.RemoveLast();
                }
            }
        }
    }
}
