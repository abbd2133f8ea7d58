using Crik.CommandLine;
using Crik.Configuration;
using Crik.Inspection;
using Crik.Json;
using Crik.Store;

namespace Crik.Tools;

/// <summary><c>crik list</c> of an image directory with slots: who uses each slot, and what is in it.</summary>
internal static class SlotList
{
    public static ToolAnswer Write(string imageDir, OutputForm output, CrikOptions options)
    {
        int[] numbers = [.. SlotLayout.Numbers(imageDir)];
        return output == OutputForm.Table ? Table(imageDir, numbers, options) : ToolAnswer.Document(output, Json(imageDir, numbers, options));
    }

    private static string Table(string imageDir, int[] numbers, CrikOptions options)
    {
        StringBuilder text = new();
        foreach (int number in numbers)
        {
            string path = SlotLayout.SlotIn(imageDir, number);
            (ListReport report, bool isEmpty) = ToolCommands.Report(path, options);
            string user = ImageDirectory.FindHolder(path) is { } holder ? $"in use by {Words.Printable(holder.HostName)}" : "not in use";
            text.Append($"slot {number}, {user}{(isEmpty ? ", without a checkpoint" : "")}\n").Append(isEmpty ? "" : report.Table());
        }

        return text.ToString();
    }

    private static string Json(string imageDir, int[] numbers, CrikOptions options) => JsonOutput.Print(json =>
    {
        json.WriteString("imageDir", imageDir);
        json.WriteObjects("slots", numbers, number =>
        {
            string path = SlotLayout.SlotIn(imageDir, number);
            json.WriteNumber("slot", number);
            json.WriteString("usedBy", ImageDirectory.FindHolder(path)?.HostName);
            ToolCommands.Report(path, options).Report.Write(json);
        });
    });
}
