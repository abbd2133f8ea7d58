using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Crik.Hosting;

/// <summary>Makes the builder of a server: it reads no file and no variable, and logs lines of JSON.</summary>
public static class ServerBuilder
{
    /// <param name="log">The stream to which log lines are written.</param>
    public static WebApplicationBuilder Create(bool debug, Stream log)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(debug ? LogLevel.Debug : LogLevel.Information);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.Logging.Services.AddSingleton(_ => new JsonLines(log, TimeProvider.System));
        builder.Logging.Services.AddSingleton<ILoggerProvider>(static services => services.GetRequiredService<JsonLines>());
        return builder;
    }
}
