namespace Crik.NodeStateServer.Endpoints;

/// <summary>The client did not read its answer in time and was disconnected.</summary>
internal sealed class SlowReaderException() : OperationCanceledException("the client did not read its answer in time");
