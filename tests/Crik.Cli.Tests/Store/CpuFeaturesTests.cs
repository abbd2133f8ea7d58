using System.Buffers.Binary;
using Crik.Store;

namespace Crik.Tests.Store;

public sealed class CpuFeaturesTests
{
    private const uint X87Sse = 0b11;
    private const uint Avx = 1 << 2;
    private const uint Mpx = 0b11 << 3;
    private const uint Avx512 = 0b111 << 5;
    private const uint Pkru = 1 << 9;
    private const int AreaWithAvx512 = 2688;

    /// <summary>The size and the offset of each part of the XSAVE area on Intel's processors.</summary>
    private static readonly Dictionary<uint, (uint Size, uint Offset)> s_parts = new()
    {
        [2] = (256, 576),
        [3] = (64, 960),
        [4] = (64, 1024),
        [5] = (64, 1088),
        [6] = (512, 1152),
        [7] = (1024, 1664),
        [9] = (8, AreaWithAvx512),
    };

    /// <summary>A processor as CPUID shows it, with the parts of XSAVE that the kernel enabled.</summary>
    private static CpuFeatures.Cpuid Processor(uint stateMask, uint enabledArea, uint leaf7B = 0, uint highest = 0xD, uint highestSubleaf = 1) => (leaf, subleaf) => (leaf, subleaf) switch
    {
        (0, _) => new(highest, 0, 0, 0),
        (1, _) => new(0, 0, 1u << 0 | 1u << 27 | 1u << 28, 1u << 25 | 1u << 26), // pni, xsave, avx; sse, sse2
        (7, 0) => new(highestSubleaf, leaf7B, 0, 0),
        (7, 1) => new(1u << 4, 0, 0, 0), // avx_vnni
        (0xD, 0) => new(stateMask, enabledArea, AreaWithAvx512 + 8, 0),
        (0xD, 1) => new(1u << 1, 0, 0, 0), // xsavec
        (0xD, _) => s_parts.TryGetValue(subleaf, out (uint Size, uint Offset) part) ? new(part.Size, part.Offset, 0, 0) : default,
        (0x80000000, _) => new(0x80000001, 0, 0, 0),
        (0x80000001, _) => new(0, 0, 1u << 5, 1u << 29), // abm; lm
        _ => new(~0u, ~0u, ~0u, ~0u), // a leaf that is not there: nothing in it may be believed
    };

    [Fact]
    public void The_bits_of_CPUID_get_the_names_of_cpuinfo()
    {
        Assert.Equal(
            ["sse", "sse2", "pni", "xsave", "avx", "avx2", "avx512f", "avx_vnni", "xsavec", "abm", "lm", "xsave:x87", "xsave:sse", "xsave:avx"],
            CpuFeatures.OfCpuid(Processor(X87Sse | Avx, enabledArea: 832, leaf7B: 1 << 5 | 1 << 16)));
    }

    [Theory]
    [InlineData(X87Sse, 576, "x87 sse")]
    [InlineData(X87Sse | Avx, 832, "x87 sse avx")]
    [InlineData(X87Sse | Avx | Avx512 | Pkru, AreaWithAvx512 + 8, "x87 sse avx avx512-opmask avx512-upper256 avx512-upper16 pkru")]
    [InlineData(X87Sse | Avx | Avx512 | Pkru, AreaWithAvx512, "x87 sse avx avx512-opmask avx512-upper256 avx512-upper16")]
    [InlineData(X87Sse | Avx | Avx512 | Pkru, 832, "x87 sse avx")]
    [InlineData(X87Sse | Avx | Mpx, 832, "x87 sse avx")]
    public void The_saved_state_is_what_the_processor_has_and_the_kernel_enabled(uint mask, uint area, string expected)
    {
        string[] parts = [.. CpuFeatures.OfCpuid(Processor(mask, area)).Where(name => name.StartsWith("xsave:", StringComparison.Ordinal))];

        Assert.Equal(expected.Split(' ').Select(name => $"xsave:{name}"), parts);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(0xD, 0)]
    public void A_CPUID_leaf_that_the_processor_does_not_have_is_ignored(uint highest, uint highestSubleaf)
    {
        IReadOnlyList<string> features = CpuFeatures.OfCpuid(Processor(X87Sse, 576, highest: highest, highestSubleaf: highestSubleaf));

        Assert.DoesNotContain("avx_vnni", features);
        Assert.DoesNotContain("clzero", features);
    }

    [Theory]
    [InlineData("sse2 avx avx2", "sse2 avx avx2 avx512f", "")]
    [InlineData("sse2 avx avx2", "sse2 avx", "avx2")]
    [InlineData("sse2 avx avx2 avx512f avx2", "sse2", "avx avx2 avx512f")]
    [InlineData("xsave:avx xsave:pkru", "xsave:avx", "xsave:pkru")]
    [InlineData("asimd sve2", "asimd", "sve2")]
    public void A_feature_that_a_program_can_use_must_be_here(string then, string now, string missing) =>
        Assert.Equal(missing.Split(' ', StringSplitOptions.RemoveEmptyEntries), CpuFeatures.Missing(then.Split(' '), now.Split(' ')));

    [Theory]
    [InlineData("rep_good nopl cpuid constant_tsc nonstop_tsc tsc_known_freq xtopology arat")]
    [InlineData("ibrs ibpb stibp ssbd ibrs_enhanced arch_capabilities md_clear flush_l1d pti retpoline")]
    [InlineData("user_shstk erms fsrm hle mpx smep smap umip hypervisor pdpe1gb nx vmx svm")]
    [InlineData("a_word_of_a_later_kernel")]
    public void Words_of_cpuinfo_that_no_program_depends_on_do_not_count(string words) =>
        Assert.Empty(CpuFeatures.Missing(words.Split(' '), []));

    [Fact]
    public void A_checkpoint_of_this_machine_fits_this_machine()
    {
        IReadOnlyList<string> here = CpuFeatures.Read();

        Assert.NotEmpty(here);
        Assert.Empty(CpuFeatures.Missing(here, here));
        Assert.Equal(here, CpuFeatures.Missing(here, [])); // every name that is recorded counts when it is read back
        string cpuinfo = File.ReadLines("/proc/cpuinfo").First(line => line.StartsWith("flags", StringComparison.Ordinal) || line.StartsWith("Features", StringComparison.Ordinal));
        Assert.Empty(CpuFeatures.Missing(cpuinfo.Split(' ', '\t', ':'), here)); // a checkpoint of an earlier crik fits the machine that made it
    }

    [Fact]
    public void The_features_of_arm64_come_from_the_auxiliary_vector()
    {
        byte[] vector = new byte[4 * 16];
        foreach ((int at, ulong type, ulong bits) in new[] { (0, 6ul, 4096ul), (1, 16ul, 0b1_0000_0011ul), (2, 26ul, 0b10ul), (3, 0ul, 0ul) })
        {
            BinaryPrimitives.WriteUInt64LittleEndian(vector.AsSpan(at * 16), type);
            BinaryPrimitives.WriteUInt64LittleEndian(vector.AsSpan((at * 16) + 8), bits);
        }

        Assert.Equal(["fp", "asimd", "atomics", "sve2"], CpuFeatures.OfAuxiliaryVector(vector));
    }
}
