using Crik.Pods.Annotations;
using Crik.Pods.Reading;

namespace Crik.Pods.Planning;

/// <summary>Where one container keeps its checkpoints.</summary>
/// <param name="Path">The value of CRIK_IMAGE_DIR.</param>
/// <param name="Mount">The directory at which the volume has to be mounted. Null if the pod has a volume there.</param>
internal sealed record ImageDirectory(string Path, string? Mount)
{
    /// <summary>The key of crik's configuration.</summary>
    public const string Key = "imageDir";

    private const string Variable = "CRIK_IMAGE_DIR";

    /// <param name="isOneOfSeveral">Whether several containers of the pod are saved. Each gets a directory of its own.</param>
    public static ImageDirectory Of(TargetContainer container, CheckpointPlace place, bool isOneOfSeveral, InjectionRequest request)
    {
        string own = isOneOfSeveral ? $"/{container.Name}" : "";
        if (container.Variable(Variable) is { } variable)
        {
            // A value from somewhere else is not known here: whoever wrote it has to bring the volume.
            string written = variable.At("value").Text() ?? "";
            string mount = written.Split("/$(")[0];
            return new ImageDirectory(written, mount.StartsWith('/') && mount.Length > 1 && container.MountAbove(mount) is null ? mount : null);
        }

        string root = request.Configuration.FirstOrDefault(entry => entry.Key.Name is Key).Value ?? PodNames.CheckpointsDirectory;
        return new ImageDirectory(root + own + place.Subdirectory, container.MountAbove(root) is null ? root : null);
    }
}
