namespace Crik.ChartTests;

/// <summary>
/// Marks a theory that needs the renderer. It is skipped with a reason if the renderer was not built.
/// </summary>
internal sealed class ChartTheoryAttribute : TheoryAttribute
{
    public ChartTheoryAttribute()
    {
        Skip = Renderer.SkipReason;
    }
}
