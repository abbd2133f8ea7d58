using Crik.Hosting;
using Crik.NodeAgent;
using Crik.NodeAgent.Configuration;
using Crik.NodeAgent.Work;

return await new ServerProgram<AgentOptions>
{
    ProbeAnswers = [StatusCodes.Status200OK],
    Parse = CommandLine.Parse,
    Kubeconfig = static options => options.Kubeconfig,
    Build = Server.Build,
    Started = static (app, options, access) => app.Logger.Serving(ProductVersion.Current, options.Settings.Node, access.Server.ToString()),
    Essential = static services => services.GetRequiredService<CheckpointQueues>(),
}.RunAsync(args);
