using System.Globalization;
using Crik.Bench;

switch (args)
{
    case ["make", ("half-random" or "programs") and var kind, var archive, var mebibytes]:
        await ArchiveMaker.WriteAsync(kind, archive, int.Parse(mebibytes, CultureInfo.InvariantCulture));
        return 0;
    case ["push", var archive, var image, ("none" or "gzip") and var compression, .. var certificate]:
        await Push.RunAsync(archive, image, compression, certificate is [var file] ? file : null);
        return 0;
    default:
        await Console.Error.WriteLineAsync("""
            usage: ImageBench make half-random|programs ARCHIVE MIB
                   ImageBench push ARCHIVE IMAGE none|gzip [CERTIFICATE]
            """);
        return 64;
}
