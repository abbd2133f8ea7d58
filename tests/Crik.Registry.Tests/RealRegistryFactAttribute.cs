namespace Crik.Registry.Tests;

/// <summary>Marks a test that needs Docker's registry. It is skipped with a reason where it is not installed.</summary>
internal sealed class RealRegistryFactAttribute : FactAttribute
{
    public RealRegistryFactAttribute()
    {
        Skip = RealRegistry.SkipReason;
    }
}
