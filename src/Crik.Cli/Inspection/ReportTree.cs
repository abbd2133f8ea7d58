using System.Text;

namespace Crik.Inspection;

/// <summary>A report as a tree: each process with what it has open, and its children below it.</summary>
internal static class ReportTree
{
    /// <summary>A chain of processes that is longer goes on at this depth: a line has to end somewhere.</summary>
    private const int Deepest = 40;

    public static string Write(CheckpointReport report)
    {
        StringBuilder text = new();
        string name = report.Stored.Generation > 0 ? $"checkpoint {report.Stored.Generation}" : Words.Printable(report.Stored.Path);
        text.Append($"{name}: {report.Tasks.Length} processes, {Words.Size(report.MemoryBytes)} of memory\n");

        // Only a parent that came before counts: so there are no rings, whatever the images say.
        Dictionary<int, List<SavedTask>> children = [];
        HashSet<int> seen = [];
        List<SavedTask> roots = [];
        foreach (SavedTask task in report.Tasks)
        {
            if (!seen.Contains(task.Parent))
            {
                roots.Add(task);
            }
            else if (children.TryGetValue(task.Parent, out List<SavedTask>? siblings))
            {
                siblings.Add(task);
            }
            else
            {
                children.Add(task.Parent, [task]);
            }

            seen.Add(task.Pid);
        }

        Stack<(SavedTask Process, string Indent, int Depth, bool IsLast)> waiting = new();
        Push(waiting, roots, "", 0);
        while (waiting.TryPop(out (SavedTask Process, string Indent, int Depth, bool IsLast) next))
        {
            List<SavedTask> below = children.GetValueOrDefault(next.Process.Pid, []);
            string indent = next.Depth >= Deepest ? next.Indent : $"{next.Indent}{(next.IsLast ? "   " : "│  ")}";
            text.Append($"{next.Indent}{(next.IsLast ? "└─ " : "├─ ")}{next.Process.Pid} {ReportTable.Command(next.Process)} ({Facts(next.Process)})\n");
            for (int i = 0; i < next.Process.Files.Length; i++)
            {
                SavedFile file = next.Process.Files[i];
                bool isLast = i == next.Process.Files.Length - 1 && below.Count == 0;
                text.Append($"{indent}{(isLast ? "└─ " : "├─ ")}fd {file.Descriptor}: {$"{file.Kind} {ReportTable.What(file)}".TrimEnd()}");
                text.Append(file.Socket is { } socket ? $" ({socket.State})\n" : file.Access.Length > 0 ? $" ({file.Access})\n" : "\n");
            }

            Push(waiting, below, indent, next.Depth + 1);
        }

        return text.ToString();
    }

    private static void Push(Stack<(SavedTask Process, string Indent, int Depth, bool IsLast)> waiting, List<SavedTask> tasks, string indent, int depth)
    {
        for (int i = tasks.Count - 1; i >= 0; i--)
        {
            waiting.Push((tasks[i], indent, depth, i == tasks.Count - 1));
        }
    }

    private static string Facts(SavedTask task) => task.IsDead
        ? task.State
        : $"{(task.State == "alive" ? "" : $"{task.State}, ")}{(task.Threads > 1 ? $"{task.Threads} threads, " : "")}{Words.Size(task.SavedBytes)}"
          + (task.SharedBytes > 0 ? $", shared {Words.Size(task.SharedBytes)}" : "");
}
