namespace Crik.Operator.Migrations.Work;

/// <summary>What is known about an order to a crik.</summary>
internal abstract record OrderAnswer
{
    private OrderAnswer()
    {
    }

    /// <summary>crik has done it.</summary>
    public sealed record Done : OrderAnswer;

    /// <summary>crik will not do it, however often it is asked.</summary>
    public sealed record Refused(string Why) : OrderAnswer;

    /// <summary>Nobody has answered. crik may have done it.</summary>
    public sealed record Unknown : OrderAnswer;
}
