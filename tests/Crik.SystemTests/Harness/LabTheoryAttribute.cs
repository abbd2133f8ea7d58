namespace Crik.SystemTests;

/// <inheritdoc cref="LabFactAttribute"/>
internal sealed class LabTheoryAttribute : TheoryAttribute
{
    public LabTheoryAttribute()
    {
        Skip = Lab.SkipReason;
    }
}
