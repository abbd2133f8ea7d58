using System.Reflection;
using System.Text.Json.Serialization;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Tests.Policies;

/// <summary>Compares docs/migration-policy.md and the CRD with the program.</summary>
public sealed class PolicyDocumentsTests
{
    private static readonly string s_page = File.ReadAllText(Repository.In("docs/migration-policy.md"));
    private static readonly string s_crd = File.ReadAllText(Repository.In("charts/crik/crds/migrationpolicies.yaml"));

    [Fact]
    public void Every_reason_and_condition_is_documented() => Assert.All(
        typeof(MigrationPolicyReasons).GetFields().Concat(typeof(MigrationPolicyConditions).GetFields()).Select(static field => (string)field.GetRawConstantValue()!),
        static name => Assert.Contains($"`{name}`", s_page, StringComparison.Ordinal));

    [Fact]
    public void Every_field_of_the_spec_is_documented() =>
        Assert.All(FieldsOf(typeof(MigrationPolicySpec)), static name => Assert.Matches($"`{name}[`.]", s_page));

    public static TheoryData<Type> Documents =>
    [
        typeof(MigrationPolicySpec), typeof(PolicyPods), typeof(PolicyThresholds), typeof(PolicyThreshold), typeof(MigrationPolicyStatus), typeof(PolicyNode), typeof(PolicyProposal),
        typeof(PolicyMove), typeof(MigrationSelector), typeof(SelectorRequirement), typeof(MigrationDestination),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_schema_has_every_field_or_the_API_server_would_drop_it(Type document) =>
        Assert.All(FieldsOf(document), static name => Assert.Matches($@"(?m)^ +{name}:", s_crd));

    private static IEnumerable<string> FieldsOf(Type document) =>
        document.GetProperties().Select(static property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name).OfType<string>();
}
