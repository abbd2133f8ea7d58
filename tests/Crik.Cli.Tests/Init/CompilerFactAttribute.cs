using Crik.Linux;

namespace Crik.Tests.Init;

/// <summary>Marks a test that compiles C programs, as the native build compiles its libraries. It is skipped without gcc.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class CompilerFactAttribute : FactAttribute
{
    /// <param name="asRoot">Whether it can only run as root.</param>
    public CompilerFactAttribute(bool asRoot = false)
    {
        if (!File.Exists(NativeSource.Compiler))
        {
            Skip = "there is no gcc here";
        }
        else if (asRoot && Libc.GetEffectiveUserId() != 0)
        {
            Skip = "only root may do this";
        }
    }
}
