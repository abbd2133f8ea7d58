namespace Crik.SystemTests;

/// <summary>Marks a test that runs containers. It is skipped, with the reason, where that is not possible.</summary>
internal sealed class LabFactAttribute : FactAttribute
{
    public LabFactAttribute()
    {
        Skip = Lab.SkipReason;
    }
}
