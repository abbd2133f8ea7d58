namespace Crik.Store;

/// <summary>The machine and container that a checkpoint was made in.</summary>
/// <param name="CpuFeatures">What <see cref="Store.CpuFeatures"/> reads; in checkpoints of an earlier crik the words of <c>/proc/cpuinfo</c>.</param>
/// <param name="MonotonicMilliseconds">CLOCK_MONOTONIC at that time.</param>
/// <param name="NodeName">The Kubernetes node, where the pod was told.</param>
internal sealed record MachineFacts(
    string Architecture, string KernelRelease, string HostName, string BootId, IReadOnlyList<string> CpuFeatures, long MonotonicMilliseconds,
    string? NodeName = null)
{
    /// <summary>Reads the major and the minor number of a kernel release such as <c>6.8.0-45-generic</c>.</summary>
    public static (int Major, int Minor) KernelVersion(string release)
    {
        string[] parts = release.Split('.', '-', '+');
        int Number(int index) => parts.Length > index && int.TryParse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
        return (Number(0), Number(1));
    }

    /// <summary>Whether this machine's kernel is older than the one of another machine.</summary>
    public bool HasOlderKernelThan(MachineFacts other) => KernelVersion(KernelRelease).CompareTo(KernelVersion(other.KernelRelease)) < 0;

    /// <summary>The features of another machine's processor that a program can use there, and that this machine's processor lacks.</summary>
    public IReadOnlyList<string> MissingFeaturesOf(MachineFacts other) => Store.CpuFeatures.Missing(other.CpuFeatures, CpuFeatures);
}
