using Crik.Contracts;
using Crik.Nodes;

namespace Crik.Policy;

/// <summary>
/// Decides what a warning about the node leads to: the hook runs once for each state and reason, and a checkpoint is made once.
/// Both are possible again when the node begins to go away anew, which <see cref="RecentAnswers"/> tells.
/// </summary>
internal sealed class HeardWarnings
{
    /// <summary>The hook runs no more than this for one warning, in case the reasons never repeat.</summary>
    private const int MostNews = 10;

    private readonly List<(NodeState State, string Reason)> _heard = [];
    private int _number;
    private bool _isFirst;

    /// <returns>Whether the program has to hear <see cref="RecentAnswers.Gravest"/>.</returns>
    public bool IsNews(RecentAnswers answers)
    {
        if (answers.Warnings != _number)
        {
            (_number, _isFirst) = (answers.Warnings, true);
            _heard.Clear();
        }

        (NodeState, string) news = (answers.Gravest.State, answers.Gravest.Reason);
        if (!answers.Gravest.IsWarning || _heard.Contains(news) || _heard.Count == MostNews)
        {
            return false;
        }

        _heard.Add(news);
        return true;
    }

    /// <returns>Whether this is the first call since the node began to go away.</returns>
    public bool TakeFirst()
    {
        bool isFirst = _isFirst;
        _isFirst = false;
        return isFirst;
    }
}
