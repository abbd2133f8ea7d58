using Crik.Hosting;
using Crik.Kubernetes.Access;
using Crik.Operator;
using Crik.Operator.Configuration;
using Crik.Operator.Leading;

if (args is [Probe.Command, var url])
{
    return await Probe.RunAsync(url, StatusCodes.Status405MethodNotAllowed); // only POST is answered
}

WebApplication built;
ClusterAccess access;
OperatorOptions options;
try
{
    if (CommandLine.Parse(args, Environment.GetEnvironmentVariable, out int exitCode) is not { } given)
    {
        return exitCode;
    }

    options = given;
    access = ClusterAccess.Find(options.Kubeconfig, Environment.GetEnvironmentVariable);
    built = Server.Build(options, access, Console.OpenStandardOutput());
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

app.Logger.Serving(ProductVersion.Current, access.Server.ToString(), options.Port);
await app.WaitForShutdownAsync();
return app.Services.GetRequiredService<Leader>().ExecuteTask is { IsFaulted: true } ? ServerExitCodes.Failed : 0;
