using Crik.Linux;

namespace Crik.Tests.Init;

/// <summary>A test that compiles programs in C, as the native build compiles its libraries. It is left out where there is no gcc.</summary>
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
