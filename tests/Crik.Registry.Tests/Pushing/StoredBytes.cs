namespace Crik.Registry.Tests.Pushing;

/// <summary>Collects what a push reports.</summary>
internal sealed class StoredBytes : IProgress<long>
{
    public List<long> Values { get; } = [];

    public void Report(long value) => Values.Add(value);
}
