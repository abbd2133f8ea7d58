namespace Crik.StandIn;

public sealed record StandInEvent(long Version, string Type, byte[] Json);
