// An ASP.NET Core server with Kestrel, a watched configuration, a watched directory, tasks, timers and a growing heap.
using System.Collections.Concurrent;
using System.Security.Cryptography;

WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
builder.Configuration.AddJsonFile("/var/tmp/settings.json", optional: true, reloadOnChange: true);
builder.WebHost.UseUrls("http://0.0.0.0:8080");
builder.Logging.SetMinimumLevel(LogLevel.Warning);
WebApplication server = builder.Build();

ConcurrentDictionary<int, byte[]> blocks = new();
ConcurrentBag<string> rang = [];
long ticks = 0, looped = 0, seen = 0;
using Timer timer = new(_ => Interlocked.Increment(ref ticks), null, 0, 10);
_ = Task.Run(async () =>
{
    while (true)
    {
        await Task.Delay(10);
        Interlocked.Increment(ref looped);
    }
});
Directory.CreateDirectory("/var/tmp/watched");
using FileSystemWatcher watcher = new("/var/tmp/watched") { EnableRaisingEvents = true, IncludeSubdirectories = true };
watcher.Created += (_, _) => Interlocked.Increment(ref seen);

string Sum()
{
    using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    foreach (int key in blocks.Keys.Order())
    {
        hash.AppendData(blocks[key]);
    }

    return Convert.ToHexString(hash.GetHashAndReset());
}

server.MapGet("/", () => new { pid = Environment.ProcessId, count = blocks.Count, sum = Sum(), ticks, looped, seen, rang });
server.MapGet("/grow", (int count) =>
{
    for (; count > 0; count--)
    {
        byte[] block = new byte[1 << 18];
        new Random(blocks.Count).NextBytes(block);
        blocks[blocks.Count] = block;
    }
});
server.MapGet("/later", (string name) => { _ = Task.Delay(500).ContinueWith(_ => rang.Add(name)); });
server.MapGet("/setting", (IConfiguration configuration) => configuration["Setting"] ?? "none");
server.MapGet("/collect", () => { GC.Collect(); return GC.CollectionCount(2); });
server.Run();
