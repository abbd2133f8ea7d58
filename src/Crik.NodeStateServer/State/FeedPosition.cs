namespace Crik.NodeStateServer.State;

/// <summary>Where a reader of the <see cref="ChangeFeed"/> is.</summary>
internal enum FeedPosition
{
    /// <summary>There is a change that it has not read.</summary>
    Behind,

    /// <summary>It has read every change.</summary>
    AtEnd,

    /// <summary>The next change is no longer remembered, or no more changes will come.</summary>
    Lost,
}
