using Crik.Operator.Policies.Measuring;

namespace Crik.Operator.Policies.Deciding;

/// <summary>A node that is watched, or to which pods may be moved.</summary>
/// <param name="Cpu">How many cores pods can have there.</param>
/// <param name="Memory">How many bytes pods can have there.</param>
internal sealed record MeasuredNode(string Name, double Cpu, double Memory)
{
    /// <summary>A load that was measured longer ago says nothing about now.</summary>
    private static readonly TimeSpan s_oldest = TimeSpan.FromMinutes(2), s_clocks = TimeSpan.FromMinutes(1);

    /// <summary>Null: it is not known, or too old.</summary>
    public Load? Load { get; init; }

    public bool IsWatched { get; init; }

    /// <summary>Whether it is ready, not cordoned, and allowed as a destination.</summary>
    public bool IsDestination { get; init; }

    /// <summary>How much pods can have of a resource.</summary>
    public double Of(string resource) => resource is Resources.Cpu ? Cpu : Memory;

    /// <param name="more">What comes to the load that was measured.</param>
    /// <returns>In percent of what pods can have.</returns>
    public double Percent(string resource, double more = 0) => 100 * ((Load?.Of(resource) ?? 0) + more) / Of(resource);

    /// <summary>Whether the Node says how much pods can have. Otherwise there is nothing of which its load could be a part.</summary>
    public bool HasSize => Cpu > 0 && Memory > 0 && double.IsFinite(Cpu) && double.IsFinite(Memory);

    /// <summary>The node with its load, if that counts.</summary>
    public MeasuredNode With(Load load, DateTimeOffset now) => HasSize && IsFresh(load, now) ? this with { Load = load } : this;

    public static bool IsFresh(Load load, DateTimeOffset now) => now - load.Time <= s_oldest && load.Time - now <= s_clocks;
}
