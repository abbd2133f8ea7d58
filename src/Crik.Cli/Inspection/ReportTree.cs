namespace Crik.Inspection;

/// <summary>Writes a report as a tree: each process with its open files, and its children below it.</summary>
internal static class ReportTree
{
    /// <summary>Processes below this depth are drawn at this depth, so that no line becomes longer and longer.</summary>
    private const int Deepest = 40;

    public static string Write(CheckpointReport report)
    {
        StringBuilder text = new();
        string name = report.Stored.Generation > 0 ? $"checkpoint {report.Stored.Generation}" : Words.Printable(report.Stored.Path);
        text.Append($"{name}: {report.Tasks.Length} processes, {Words.Size(report.MemoryBytes)} of memory\n");

        Stack<Line> waiting = [];
        Push(waiting, [.. report.Tasks.Where(task => task.IsRoot)], "", 0);
        while (waiting.TryPop(out Line? next))
        {
            Write(text, next);
            Push(waiting, next.Process.Children, next.Below, next.Depth + 1);
        }

        return text.ToString();
    }

    private static void Push(Stack<Line> waiting, List<SavedTask> tasks, string indent, int depth)
    {
        for (int i = tasks.Count - 1; i >= 0; i--)
        {
            waiting.Push(new Line(tasks[i], indent, depth, i == tasks.Count - 1));
        }
    }

    private static void Write(StringBuilder text, Line line)
    {
        SavedTask task = line.Process;
        text.Append($"{line.Indent}{line.Branch}{task.Pid} {ReportTable.Command(task)} ({Facts(task)})\n");
        for (int i = 0; i < task.Files.Length; i++)
        {
            SavedFile file = task.Files[i];
            bool isLast = i == task.Files.Length - 1 && task.Children.Count == 0;
            text.Append($"{line.Below}{(isLast ? "└─ " : "├─ ")}fd {file.Descriptor}: {$"{file.Kind} {ReportTable.What(file)}".TrimEnd()}");
            text.Append(file.Socket is { } socket ? $" ({socket.State})\n" : file.Access.Length > 0 ? $" ({file.Access})\n" : "\n");
        }
    }

    private static string Facts(SavedTask task) => task.IsDead
        ? task.State
        : $"{(task.State == "alive" ? "" : $"{task.State}, ")}{(task.Threads > 1 ? $"{task.Threads} threads, " : "")}{Words.Size(task.SavedBytes)}"
          + (task.SharedBytes > 0 ? $", shared {Words.Size(task.SharedBytes)}" : "");

    /// <summary>A process, and its place in the drawing.</summary>
    private sealed record Line(SavedTask Process, string Indent, int Depth, bool IsLast)
    {
        public string Branch => IsLast ? "└─ " : "├─ ";

        /// <summary>The indent of its open files and its children.</summary>
        public string Below => Depth >= Deepest ? Indent : $"{Indent}{(IsLast ? "   " : "│  ")}";
    }
}
