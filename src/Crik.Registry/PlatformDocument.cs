namespace Crik.Registry;

internal sealed record PlatformDocument(string? Os, string? Architecture, string? Variant)
{
    public bool Is(Platform platform) => Os == platform.OperatingSystem && Architecture == platform.Architecture;

    public override string ToString() => Variant is { Length: > 0 } ? $"{Os}/{Architecture}/{Variant}" : $"{Os}/{Architecture}";
}
