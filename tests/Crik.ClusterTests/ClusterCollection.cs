namespace Crik.ClusterTests;

[CollectionDefinition(nameof(Cluster), DisableParallelization = true)]
public sealed class ClusterCollection : ICollectionFixture<Cluster>;
