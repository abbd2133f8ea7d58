namespace Crik.StandIn;

public sealed record StandInNode(string Name, long Version, byte[] Json);
