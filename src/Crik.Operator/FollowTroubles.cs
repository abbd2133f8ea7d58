using Crik.Kubernetes.Watching;

namespace Crik.Operator;

/// <summary>
/// Logs why objects of a type cannot be followed. A type that the API server does not have is logged once, and not at every try:
/// only an administrator can add it.
/// </summary>
/// <param name="remedy">What to do about a missing type, as a sentence.</param>
internal sealed class FollowTroubles(ILogger log, string remedy)
{
    private bool _wasTold;

    public void Seen<T>(ResourceChange<T> change)
        where T : class
    {
        if (change.Kind is ResourceChangeKind.Listed)
        {
            _wasTold = false;
        }
        else if (change.Trouble is { IsTypeMissing: true } missing)
        {
            if (!_wasTold)
            {
                log.TypeMissing(missing.Problem, remedy);
            }

            _wasTold = true;
        }
        else if (change.Trouble is { } trouble)
        {
            log.FollowingFailed(trouble.Problem, trouble.Pause.TotalSeconds);
        }
    }
}
