namespace Crik.ChartTests;

/// <summary>Marks a test that needs the renderer. It is skipped with a reason if the renderer was not built.</summary>
internal sealed class ChartFactAttribute : FactAttribute
{
    public ChartFactAttribute()
    {
        Skip = Renderer.SkipReason;
    }
}
