using Crik.NodeAgent.Steps;

namespace Crik.NodeAgent.Engines;

/// <summary>What became of an order to crik.</summary>
internal abstract record CrikAnswer
{
    private CrikAnswer()
    {
    }

    public sealed record Made(CrikGeneration Generation) : CrikAnswer;

    /// <summary>crik has answered that there is no checkpoint.</summary>
    public sealed record Refused(string Message) : CrikAnswer;

    /// <summary>The connection broke, or the API server is busy or broken. crik may make the checkpoint all the same.</summary>
    public sealed record Lost(string Message) : CrikAnswer;
}
