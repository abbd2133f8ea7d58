namespace Crik.Tests.Uses;

/// <summary>Uses each of the types below in another way, for <see cref="CompiledProgramTests"/>.</summary>
[AsAttribute]
internal sealed class User : AsBase
{
    public static readonly int[] Table =
    [
        1,
        2,
        3,
        4,
        5,
        6,
        7,
    ];

    private readonly AsField _field = new();

    public static IReadOnlyList<int> PropertyTable { get; } =
    [
        1,
        2,
        3,
        4,
        5,
        6,
        7,
    ];

    public object? Property
    {
        get
        {
            return _field;
        }
    }

    public static void Block(AsParameter? parameter)
    {
        _ = parameter;
    }

    public static Type Expression() => typeof(List<AsTypeArgument>);

    public static int WithSwitch(int number) => number switch
    {
        0 => 1,
        1 => 2,
        _ => 3,
    };

    public static T? Generic<T>()
        where T : AsConstraint => default;

    public static object? Local()
    {
        AsLocal? local = null;
        AsStaticCall.Call();
        Func<object> lambda = () => new InLambda();
        try
        {
            return local ?? lambda();
        }
        catch (AsCaught)
        {
            return null;
        }
    }

    public static IEnumerable<object> Iterator()
    {
        yield return new InIterator();
    }
}

internal class AsBase;

internal sealed class AsField;

internal sealed class AsParameter;

internal sealed class AsTypeArgument;

internal class AsConstraint;

internal sealed class Constrained : AsConstraint;

internal sealed class AsLocal;

internal static class AsStaticCall
{
    public static void Call()
    {
    }
}

internal sealed class AsCaught : Exception;

[AttributeUsage(AttributeTargets.Class)]
internal sealed class AsAttribute : Attribute;

internal sealed class InLambda;

internal sealed class InIterator;
