namespace Crik.NodeStateServer.Endpoints;

/// <summary>How long a client may take to read a list or a stream.</summary>
/// <param name="Stall">A client that takes nothing for so long, or up to half longer, is disconnected.</param>
/// <param name="Whole">A client that has not taken a whole list, or the start of a stream, in this time is disconnected.</param>
internal sealed record DeliveryLimits(TimeSpan Stall, TimeSpan Whole)
{
    public static DeliveryLimits Default { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30));
}
