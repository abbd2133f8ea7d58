using System.Reflection.Metadata;

namespace Crik.Testing.Architecture;

/// <summary>Tells from the debug information in which line of which source file an instruction was written.</summary>
internal sealed class SourcePlaces(string path) : IDisposable
{
    private readonly MetadataReaderProvider _file = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(path));

    public void Dispose() => _file.Dispose();

    /// <returns>
    /// The file, relative to the repository, and the line, or <see langword="null"/> if the compiler generated the
    /// method.
    /// </returns>
    public string? Of(MethodDefinitionHandle method, int offset)
    {
        MetadataReader reader = _file.GetMetadataReader();
        SequencePoint[] points = [.. reader.GetMethodDebugInformation(method).GetSequencePoints().Where(point => !point.IsHidden)];
        if (points.Length == 0)
        {
            return null;
        }

        SequencePoint point = points.LastOrDefault(point => point.Offset <= offset, points[0]);
        string file = reader.GetString(reader.GetDocument(point.Document).Name);
        return $"{Path.GetRelativePath(Repository.Root, file)}:{point.StartLine}";
    }
}
