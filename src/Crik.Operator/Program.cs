using Crik.Hosting;
using Crik.Operator;
using Crik.Operator.Configuration;
using Crik.Operator.Leading;

return await new ServerProgram<OperatorOptions>
{
    ProbeAnswers = [StatusCodes.Status405MethodNotAllowed], // only POST is answered
    Parse = CommandLine.Parse,
    Kubeconfig = static options => options.Kubeconfig,
    Build = Server.Build,
    Started = static (app, options, access) => app.Logger.Serving(ProductVersion.Current, access.Server.ToString(), options.Port),
    Essential = static services => services.GetRequiredService<Leader>(),
}.RunAsync(args);
