using System.Globalization;
using Xunit.Abstractions;

namespace Crik.ClusterTests;

/// <summary>
/// Tests that PodMigrations move pods of every kind of owner from node to node and back, while clients count with their programs: none
/// of them loses or repeats a number. The variable CRIK_MOVES says how often each of them moves.
/// </summary>
[Collection(nameof(Cluster))]
public sealed class MigrationTests(Cluster cluster, ITestOutputHelper output) : IDisposable
{
    private static readonly int s_moves = int.Parse(Environment.GetEnvironmentVariable("CRIK_MOVES") ?? "2", CultureInfo.InvariantCulture);

    private readonly TestNamespace _place = new(cluster);

    public void Dispose() => _place.Dispose();

    /// <summary>The three replicas of the Deployment share a volume, with a slot for each.</summary>
    [Fact]
    public async Task Pods_move_back_and_forth_while_clients_count_and_no_number_is_lost_or_repeated()
    {
        (string Kind, int Replicas)[] kinds = [("StatefulSet", 1), ("Deployment", 3), ("ReplicaSet", 1), ("Job", 1), ("Pod", 1)];
        using KeptLogs logs = new(cluster, _place.Name);
        List<CountedWorkload> workloads = [];
        try
        {
            foreach ((string Kind, int Replicas) kind in kinds)
            {
                workloads.Add(new CountedWorkload(_place, cluster.Operator.Image("server"), kind, logs));
            }

            for (int i = 1; i <= s_moves; i++)
            {
                IReadOnlyList<string>[] lines = await Task.WhenAll(workloads.Select(workload => Task.Run(() => workload.Move(i))));
                output.WriteLine(string.Join('\n', lines.SelectMany(static some => some)));
                Cluster.Control("restart-controllers"); // otherwise the Job would wait twice as long at each move
            }

            workloads.ForEach(workload => output.WriteLine(workload.End()));
        }
        finally
        {
            workloads.ForEach(static workload => workload.Dispose());
        }
    }
}
