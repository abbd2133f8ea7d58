namespace Crik.NodeStateServer.Tests.Endpoints;

internal sealed record StreamEvent(string Type, string? Id, string Data);
