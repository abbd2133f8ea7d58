using System.Text.Json;
using System.Text.Json.Nodes;
using Crik.Contracts;
using Crik.Contracts.PodMigrations;
using Crik.Kubectl.Cluster;
using Crik.Kubectl.CommandLine;
using Crik.Kubectl.Migrations;
using Crik.Kubectl.Output;
using Crik.Kubernetes.Api;

namespace Crik.Kubectl.Commands;

/// <summary>Shows the PodMigrations, with a row for each pod.</summary>
internal static class MigrationsCommand
{
    public static async Task<bool> RunAsync(Invocation invocation, Terminal terminal, CancellationToken cancellationToken)
    {
        using ClusterSession cluster = ClusterSession.Open(invocation, terminal);
        bool isAll = invocation.Has(CommandTable.AllNamespaces);
        IReadOnlyList<JsonObject> found;
        try
        {
            found = await cluster.ListAsync(PodMigrationClient.Type, isAll ? null : cluster.Namespace, null, cancellationToken);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            throw PodMigrationClient.NotInstalled(exception);
        }

        if (invocation.Format is not "table")
        {
            await terminal.PrintAsync(Documents.Write(new JsonObject { ["items"] = new JsonArray([.. found]) }, invocation.Format));
        }
        else if (found.Count == 0)
        {
            await terminal.PrintErrorAsync(isAll ? "there are no PodMigrations\n" : $"there are no PodMigrations in the namespace {cluster.Namespace}\n");
        }
        else
        {
            await terminal.PrintAsync(Table([.. found.Select(Read)], isAll, terminal.Clock.GetUtcNow()));
        }

        return true;
    }

    private static PodMigrationDocument Read(JsonObject item) => item.Deserialize(ContractsJson.Default.PodMigrationDocument)!;

    private static string Table(IReadOnlyList<PodMigrationDocument> found, bool isAll, DateTimeOffset now)
    {
        string[] header = ["NAME", "POD", "FROM", "TO", "STATE", "DOWNTIME", "AGE"];
        TextTable table = new(isAll ? ["NAMESPACE", .. header] : header);
        foreach (PodMigrationDocument one in found.OrderBy(static one => one.Metadata?.CreationTimestamp))
        {
            string age = one.Metadata?.CreationTimestamp is { } at ? Words.Age(now - at) : "-";
            IEnumerable<string[]> rows = one.Status?.Pods is { Count: > 0 } moves
                ? moves.Select(static move => (string[])
                    [move.Name ?? "-", move.Source ?? "-", move.Destination ?? "-", MigrationProgress.State(move), MigrationProgress.Downtime(move)])
                : [["-", "-", "-", MigrationProgress.Failure(one) ?? "Waiting", "-"]];
            foreach (string[] row in rows)
            {
                string[] cells = [one.Metadata?.Name ?? "", .. row, age];
                table.Add(isAll ? [one.Metadata?.Namespace ?? "", .. cells] : cells);
            }
        }

        return table.ToString();
    }
}
