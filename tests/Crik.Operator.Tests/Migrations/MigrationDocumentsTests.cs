using System.Reflection;
using System.Text.Json.Serialization;
using Crik.Contracts.PodMigrations;

namespace Crik.Operator.Tests.Migrations;

/// <summary>Compares docs/migration.md and the CRD with the program.</summary>
public sealed class MigrationDocumentsTests
{
    private static readonly string s_page = File.ReadAllText(Repository.In("docs/migration.md"));
    private static readonly string s_crd = File.ReadAllText(Repository.In("charts/crik/crds/podmigrations.yaml"));

    [Fact]
    public void Every_reason_is_documented() =>
        Assert.All(typeof(PodMigrationReasons).GetFields().Select(static field => (string)field.GetRawConstantValue()!), static reason => Assert.Contains($"`{reason}`", s_page, StringComparison.Ordinal));

    [Fact]
    public void Every_condition_is_documented() => Assert.All(
        typeof(PodMigrationConditions).GetFields().Concat(typeof(PodMoveConditions).GetFields()).Select(static field => (string)field.GetRawConstantValue()!),
        static type => Assert.Contains($"`{type}`", s_page, StringComparison.Ordinal));

    public static TheoryData<Type> Documents =>
    [
        typeof(PodMigrationSpec), typeof(PodMigrationStatus), typeof(PodMove), typeof(PodReplacement), typeof(MovedContainer),
        typeof(MigrationTarget), typeof(MigrationSelector), typeof(SelectorRequirement), typeof(MigrationDestination),
    ];

    [Theory]
    [MemberData(nameof(Documents))]
    public void The_schema_has_every_field_or_the_API_server_would_drop_it(Type document) => Assert.All(
        document.GetProperties().Select(static property => property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name).OfType<string>(),
        static name => Assert.Matches($@"(?m)^ +{name}:", s_crd));
}
