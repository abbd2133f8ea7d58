using Crik.Hosting;
using Crik.NodeStateServer;
using Crik.NodeStateServer.Configuration;
using Crik.NodeStateServer.Signals;
using Crik.NodeStateServer.Watching;

return await new ServerProgram<ServerOptions>
{
    ProbeAnswers = [200, 401, 403],
    Parse = CommandLine.Parse,
    Kubeconfig = static options => options.Kubeconfig,
    Build = static (options, access, log) => Server.Build(options, services => services.AddCluster(access), log),
    Started = static (app, _, access) =>
    {
        string[] addresses = [.. app.Urls];
        string[] signals = [.. app.Services.GetRequiredService<NodeClassifier>().Rules.Select(rule => rule.Name)];
        app.Logger.Serving(ProductVersion.Current, addresses[0], addresses[1], addresses[2], access.Server.ToString());
        app.Logger.SignalsCount(signals.Length, string.Join(' ', signals));
        if (access.SkipTlsVerify)
        {
            app.Logger.TlsIsNotVerified(access.Server.ToString());
        }
    },
    Essential = static services => services.GetRequiredService<NodeWatcher>(),
}.RunAsync(args);
