using Crik.Hosting;
using Crik.Kubernetes.Access;
using Crik.NodeStateServer;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.Watching;

if (args is [Probe.Command, var url])
{
    return await Probe.RunAsync(url, 200, 401, 403);
}

WebApplication built;
ClusterAccess access;
try
{
    ServerOptions? options = CommandLine.Parse(args, Environment.GetEnvironmentVariable, out int exitCode);
    if (options is null)
    {
        return exitCode;
    }

    access = ClusterAccess.Find(options.Kubeconfig, Environment.GetEnvironmentVariable);
    built = Server.Build(options, services => services.AddCluster(access), Console.OpenStandardOutput());
}
catch (Exception problem) when (problem is ConfigurationException or ClusterConfigurationException)
{
    await Console.Error.WriteLineAsync(problem.Message);
    return ServerExitCodes.Misconfigured;
}

await using WebApplication app = built;
try
{
    await app.StartAsync();
}
catch (IOException problem) // such as a port that is already in use
{
    await Console.Error.WriteLineAsync(problem.Message);
    return ServerExitCodes.Failed;
}

string[] addresses = [.. app.Urls];
string[] signals = [.. app.Services.GetRequiredService<NodeClassifier>().Rules.Select(rule => rule.Name)];
app.Logger.Serving(ProductVersion.Current, addresses[0], addresses[1], addresses[2], access.Server.ToString());
app.Logger.SignalsCount(signals.Length, string.Join(' ', signals));
if (access.SkipTlsVerify)
{
    app.Logger.TlsIsNotVerified(access.Server.ToString());
}

await app.WaitForShutdownAsync();
return app.Services.GetRequiredService<NodeWatcher>().ExecuteTask is { IsFaulted: true } ? ServerExitCodes.Failed : 0;
