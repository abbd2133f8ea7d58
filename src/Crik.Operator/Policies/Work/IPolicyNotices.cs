using Crik.Contracts.MigrationPolicies;
using Crik.Operator.Policies.Deciding;

namespace Crik.Operator.Policies.Work;

/// <summary>Tells people what a policy sees and does, with Events. They are not essential, so nothing fails without them.</summary>
internal interface IPolicyNotices
{
    Task TellAsync(MigrationPolicyDocument item, PolicyNotice notice, CancellationToken cancellationToken);
}
