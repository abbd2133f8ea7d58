using System.Text.Json.Serialization;
using Crik.Contracts.MigrationPolicies;
using Crik.Contracts.PodCheckpoints;
using Crik.Contracts.PodMigrations;

namespace Crik.Contracts;

/// <summary>
/// The JSON serializers of the shared types. They are source-generated, because the programs are native and have no
/// reflection.
/// </summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeStateResponse))]
[JsonSerializable(typeof(NodeListResponse))]
[JsonSerializable(typeof(ErrorResponse))]
[JsonSerializable(typeof(PodCheckpointDocument))]
[JsonSerializable(typeof(PodCheckpointStatus))]
[JsonSerializable(typeof(PodMigrationDocument))]
[JsonSerializable(typeof(MigrationPolicyDocument))]
[JsonSerializable(typeof(MigrationPolicyStatus))]
public sealed partial class ContractsJson : JsonSerializerContext;
