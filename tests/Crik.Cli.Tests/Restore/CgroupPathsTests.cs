using Crik.Linux;
using Crik.Restore;
using Crik.Store;

namespace Crik.Tests.Restore;

public sealed class CgroupPathsTests
{
    [Theory]
    [InlineData("/sys/fs/cgroup/kubepods.slice/pod-old.slice/cri-1.scope/memory.max", "/sys/fs/cgroup/kubepods.slice/pod-new.slice/cri-2.scope/memory.max")]
    [InlineData("/sys/fs/cgroup/kubepods.slice/pod-old.slice/cri-1.scope", "/sys/fs/cgroup/kubepods.slice/pod-new.slice/cri-2.scope")]
    [InlineData("/sys/fs/cgroup/kubepods.slice/memory.max", null)]
    [InlineData("/data/memory.max", null)]
    public void A_file_of_the_old_cgroup_is_found_in_the_cgroup_of_the_new_pod(string path, string? moved)
    {
        CgroupDirectory[] then = [new("", "/sys/fs/cgroup", "/kubepods.slice/pod-old.slice/cri-1.scope")];
        CgroupDirectory[] now = [new("", "/sys/fs/cgroup", "/kubepods.slice/pod-new.slice/cri-2.scope")];

        Assert.Equal(moved, CgroupPaths.Move(path, then, now));
    }

    [Fact]
    public void Files_with_the_same_name_in_two_controllers_stay_apart()
    {
        CgroupDirectory[] then = [new("memory", "/sys/fs/cgroup/memory", "/a"), new("cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/a")];
        CgroupDirectory[] now = [new("memory", "/sys/fs/cgroup/memory", "/b"), new("cpu,cpuacct", "/sys/fs/cgroup/cpu,cpuacct", "/c")];

        Assert.Equal("/sys/fs/cgroup/memory/b/tasks", CgroupPaths.Move("/sys/fs/cgroup/memory/a/tasks", then, now));
        Assert.Equal("/sys/fs/cgroup/cpu,cpuacct/c/tasks", CgroupPaths.Move("/sys/fs/cgroup/cpu,cpuacct/a/tasks", then, now));
    }

    [Fact]
    public void A_mount_of_the_own_cgroup_is_recorded_as_the_root_of_its_hierarchy()
    {
        Mount own = Mount.Parse("31 24 0:27 /kubepods/pod1/c1 /sys/fs/cgroup/memory ro,nosuid - cgroup cgroup rw,memory")!;

        CgroupDirectory directory = Machine.Cgroups(["4:memory:/kubepods/pod1/c1"], [own]).Single();

        Assert.Equal(new CgroupDirectory("memory", "/sys/fs/cgroup/memory", "/"), directory);
    }

    [Fact]
    public void A_mount_of_the_whole_hierarchy_is_recorded_with_the_directory_of_the_container()
    {
        Mount whole = Mount.Parse("30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate")!;

        CgroupDirectory directory = Machine.Cgroups(["0::/kubepods.slice/cri-1.scope"], [whole]).Single();

        Assert.Equal(new CgroupDirectory("", "/sys/fs/cgroup", "/kubepods.slice/cri-1.scope"), directory);
    }
}
