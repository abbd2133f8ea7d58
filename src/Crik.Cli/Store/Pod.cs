using Crik.Criu;
using Crik.Files;
using Crik.Init;

namespace Crik.Store;

/// <summary>Holds what every save and restore in this container needs.</summary>
/// <param name="Streams">crik's descriptors 0 to 2, which the program shares.</param>
internal sealed record Pod(IInit Init, CheckpointStore Store, ICriu Criu, StandardStreams Streams, ContainerAge Age)
{
    public PrivilegeLevel Level => Criu.Setup.Level;
}
