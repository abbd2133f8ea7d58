namespace Crik.Store;

/// <summary>Names the slots of a pool. Each is an image directory of its own: <c>imageDir/slots/0</c> and so on.</summary>
internal static class SlotLayout
{
    public static string SlotsIn(string imageDir) => Path.Combine(imageDir, "slots");

    public static string SlotIn(string imageDir, int number) => Path.Combine(SlotsIn(imageDir), number.ToString(CultureInfo.InvariantCulture));

    /// <summary>Whether somebody has used the image directory with imageDirSlots.</summary>
    public static bool IsPool(string imageDir) => Directory.Exists(SlotsIn(imageDir));

    /// <summary>Lists the slots that are there, whatever imageDirSlots is, by their numbers.</summary>
    public static IEnumerable<int> Numbers(string imageDir) =>
        Directory.EnumerateFileSystemEntries(SlotsIn(imageDir)).Select(path => NumberIn(Path.GetFileName(path))).Where(number => number >= 0).Order();

    /// <summary>Reads "7", not "07": a number names one slot only.</summary>
    private static int NumberIn(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && name == $"{number}" ? number : -1;
}
