using System.Text;
using Crik.Kubectl.Yaml;

namespace Crik.Kubectl.Manifests;

/// <summary>A file with manifests.</summary>
internal sealed class ManifestFile
{
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly bool _hasMark;

    private ManifestFile(string name, string text)
    {
        Name = name;
        _hasMark = text.StartsWith('\ufeff');
        int line = 1;
        foreach (string document in YamlStream.Split(_hasMark ? text[1..] : text))
        {
            Documents.Add(new ManifestDocument(name, line, document));
            line += document.AsSpan().Count('\n');
        }
    }

    public string Name { get; }

    public List<ManifestDocument> Documents { get; } = [];

    public string Text => (_hasMark ? "\ufeff" : "") + Content;

    /// <summary>The text without its byte order mark, which may stand only at the start of a stream.</summary>
    private string Content => string.Concat(Documents.Select(static document => document.Text));

    /// <param name="paths">Files, folders with *.yaml, *.yml and *.json, or `-` for standard input.</param>
    public static async Task<IReadOnlyList<ManifestFile>> ReadAsync(IReadOnlyList<string> paths, Terminal terminal, CancellationToken cancellationToken)
    {
        List<ManifestFile> files = [];
        foreach (string path in paths.SelectMany(Expand))
        {
            await using Stream content = path == "-" ? terminal.Input : Open(path);
            using MemoryStream bytes = new();
            await content.CopyToAsync(bytes, cancellationToken).WaitAsync(cancellationToken); // a read of a terminal hears of no cancellation
            files.Add(new ManifestFile(path == "-" ? "standard input" : path, Decode(path, bytes.ToArray())));
        }

        return files;
    }

    public static ManifestFile Parse(string name, string text) => new(name, text);

    /// <summary>Puts files behind each other. One file stays as it is, byte for byte.</summary>
    public static string Join(IReadOnlyList<ManifestFile> files)
    {
        StringBuilder text = new();
        foreach (ManifestFile file in files)
        {
            if (text.Length > 0)
            {
                text.Append(text[^1] == '\n' ? "" : "\n").Append(file.Content.StartsWith("---", StringComparison.Ordinal) ? "" : "---\n");
            }

            text.Append(text.Length > 0 ? file.Content : file.Text);
        }

        return text.ToString();
    }

    private static IEnumerable<string> Expand(string path) => path.Length == 0 ? throw new KubectlException("-f names no file: its value is empty")
        : !Directory.Exists(path) ? [path]
        : Directory.EnumerateFiles(path).Where(static file => Path.GetExtension(file) is ".yaml" or ".yml" or ".json").Order(StringComparer.Ordinal);

    private static FileStream Open(string path)
    {
        try
        {
            return File.OpenRead(path);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new KubectlException($"{path}: the file does not exist", exception);
        }
    }

    private static string Decode(string path, byte[] bytes)
    {
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new KubectlException($"{path}: the file is not UTF-8 at byte {exception.Index}", exception);
        }
    }
}
