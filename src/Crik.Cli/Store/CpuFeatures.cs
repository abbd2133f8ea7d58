using System.Buffers.Binary;
using System.Runtime.Intrinsics.X86;

namespace Crik.Store;

/// <summary>
/// Reads the features of the processor that a program can use, under the names that they have in <c>/proc/cpuinfo</c>. On x86 it reads
/// CPUID, as criu does (compel/arch/x86/src/lib/cpu.c). The kernel adds words to <c>/proc/cpuinfo</c> that are no features of the
/// processor and leaves others out, which does not change what a program can execute.
/// </summary>
internal static class CpuFeatures
{
    /// <summary>The bits of CPUID that a program can use, by leaf, subleaf and register.</summary>
    /// <remarks>
    /// The list leaves out bits that only the kernel uses, bits whose absence no program notices (erms, fsrm, hle, prefetches), and mpx,
    /// which Linux does not enable since 5.6.
    /// </remarks>
    private static readonly (uint Leaf, uint Subleaf, Func<Registers, uint> Register, (int Bit, string Name)[] Features)[] s_cpuid =
    [
        (0x1, 0, registers => registers.D,
        [
            (0, "fpu"), (4, "tsc"), (8, "cx8"), (11, "sep"), (15, "cmov"), (19, "clflush"), (23, "mmx"), (24, "fxsr"), (25, "sse"), (26, "sse2"),
        ]),
        (0x1, 0, registers => registers.C,
        [
            (0, "pni"), (1, "pclmulqdq"), (9, "ssse3"), (12, "fma"), (13, "cx16"), (19, "sse4_1"), (20, "sse4_2"), (22, "movbe"), (23, "popcnt"),
            (25, "aes"), (27, "xsave"), (28, "avx"), (29, "f16c"), (30, "rdrand"), // bit 27 is OSXSAVE: the kernel enabled XSAVE
        ]),
        (0x7, 0, registers => registers.B,
        [
            (0, "fsgsbase"), (3, "bmi1"), (5, "avx2"), (8, "bmi2"), (11, "rtm"), (16, "avx512f"), (17, "avx512dq"), (18, "rdseed"), (19, "adx"),
            (21, "avx512ifma"), (23, "clflushopt"), (24, "clwb"), (26, "avx512pf"), (27, "avx512er"), (28, "avx512cd"), (29, "sha_ni"),
            (30, "avx512bw"), (31, "avx512vl"),
        ]),
        (0x7, 0, registers => registers.C,
        [
            (1, "avx512vbmi"), (3, "pku"), (5, "waitpkg"), (6, "avx512_vbmi2"), (8, "gfni"), (9, "vaes"), (10, "vpclmulqdq"), (11, "avx512_vnni"),
            (12, "avx512_bitalg"), (14, "avx512_vpopcntdq"), (22, "rdpid"), (27, "movdiri"), (28, "movdir64b"),
        ]),
        (0x7, 0, registers => registers.D,
        [
            (2, "avx512_4vnniw"), (3, "avx512_4fmaps"), (8, "avx512_vp2intersect"), (14, "serialize"), (16, "tsxldtrk"), (22, "amx_bf16"),
            (23, "avx512_fp16"), (24, "amx_tile"), (25, "amx_int8"),
        ]),
        (0x7, 1, registers => registers.A,
        [
            (0, "sha512"), (1, "sm3"), (2, "sm4"), (4, "avx_vnni"), (5, "avx512_bf16"), (7, "cmpccxadd"), (21, "amx_fp16"), (23, "avx_ifma"),
        ]),
        (0x7, 1, registers => registers.D, [(4, "avx_vnni_int8"), (5, "avx_ne_convert"), (8, "amx_complex"), (10, "avx_vnni_int16"), (19, "avx10"), (21, "apx")]),
        (0xD, 1, registers => registers.A, [(0, "xsaveopt"), (1, "xsavec"), (2, "xgetbv1")]),
        (0x80000001, 0, registers => registers.C,
        [
            (0, "lahf_lm"), (5, "abm"), (6, "sse4a"), (7, "misalignsse"), (11, "xop"), (16, "fma4"), (21, "tbm"), (29, "mwaitx"),
        ]),
        (0x80000001, 0, registers => registers.D, [(11, "syscall"), (22, "mmxext"), (27, "rdtscp"), (29, "lm"), (30, "3dnowext"), (31, "3dnow")]),
        (0x80000008, 0, registers => registers.B, [(0, "clzero"), (4, "rdpru")]),
    ];

    /// <summary>
    /// The parts of the processor's state that both XSAVE and criu can save, by their numbers (XFEATURE_MASK_USER,
    /// compel/arch/x86/src/lib/include/uapi/asm/fpu.h). The parts of mpx are left out.
    /// </summary>
    private static readonly (int Component, string Name)[] s_xsave =
    [
        (0, "xsave:x87"), (1, "xsave:sse"), (2, "xsave:avx"), (5, "xsave:avx512-opmask"), (6, "xsave:avx512-upper256"), (7, "xsave:avx512-upper16"),
        (9, "xsave:pkru"),
    ];

    /// <summary>
    /// The names of the bits of AT_HWCAP, and then of AT_HWCAP2, in which the kernel of arm64 reports features
    /// (arch/arm64/include/uapi/asm/hwcap.h). "cpuid" is left out, because every kernel sets it and x86 has a different "cpuid".
    /// </summary>
    private static readonly string[][] s_hwcap =
    [
        [
            "fp", "asimd", "evtstrm", "aes", "pmull", "sha1", "sha2", "crc32", "atomics", "fphp", "asimdhp", "", "asimdrdm", "jscvt", "fcma",
            "lrcpc", "dcpop", "sha3", "sm3", "sm4", "asimddp", "sha512", "sve", "asimdfhm", "dit", "uscat", "ilrcpc", "flagm", "ssbs", "sb", "paca",
            "pacg",
        ],
        [
            "dcpodp", "sve2", "sveaes", "svepmull", "svebitperm", "svesha3", "svesm4", "flagm2", "frint", "svei8mm", "svef32mm", "svef64mm",
            "svebf16", "i8mm", "bf16", "dgh", "rng", "bti", "mte", "ecv", "afp", "rpres", "mte3", "sme", "smei16i64", "smef64f64", "smei8i32",
            "smef16f32", "smeb16f32", "smef32f32", "smefa64", "wfxt", "ebf16", "sveebf16", "cssc", "rprfm", "sve2p1", "sme2", "sme2p1",
        ],
    ];

    private static readonly HashSet<string> s_known =
    [
        .. s_cpuid.SelectMany(word => word.Features.Select(feature => feature.Name)), .. s_xsave.Select(part => part.Name),
        .. s_hwcap.SelectMany(names => names.Where(name => name.Length > 0)),
    ];

    /// <summary>The registers that one call of CPUID returns.</summary>
    internal readonly record struct Registers(uint A, uint B, uint C, uint D);

    /// <param name="leaf">The function of CPUID.</param>
    internal delegate Registers Cpuid(uint leaf, uint subleaf);

    public static IReadOnlyList<string> Read() => X86Base.IsSupported
        ? OfCpuid((leaf, subleaf) =>
        {
            (int a, int b, int c, int d) = X86Base.CpuId((int)leaf, (int)subleaf);
            return new Registers((uint)a, (uint)b, (uint)c, (uint)d);
        })
        : OfAuxiliaryVector(File.ReadAllBytes("/proc/self/auxv"));

    /// <summary>
    /// Finds the features that a checkpoint names and that this processor lacks. It ignores words that are no features which a program can
    /// use, because earlier versions of crik recorded all words of <c>/proc/cpuinfo</c>.
    /// </summary>
    public static IReadOnlyList<string> Missing(IEnumerable<string> then, IEnumerable<string> now)
    {
        HashSet<string> here = [.. now];
        return [.. then.Where(feature => s_known.Contains(feature) && here.Add(feature))];
    }

    internal static IReadOnlyList<string> OfCpuid(Cpuid cpuid)
    {
        uint highest = cpuid(0, 0).A;
        uint highestExtended = cpuid(0x80000000, 0).A;
        List<string> found = [];
        foreach ((uint leaf, uint subleaf, Func<Registers, uint> register, (int Bit, string Name)[] features) in s_cpuid)
        {
            // For a leaf that it does not have, the processor returns the values of another leaf (CPUID, Intel SDM volume 2).
            bool isThere = leaf >= 0x80000000 ? leaf <= highestExtended : leaf <= highest;
            if (!isThere || (leaf == 7 && subleaf > cpuid(7, 0).A))
            {
                continue;
            }

            uint word = register(cpuid(leaf, subleaf));
            found.AddRange(features.Where(feature => (word >> feature.Bit & 1) != 0).Select(feature => feature.Name));
        }

        if (found.Contains("xsave") && highest >= 0xD)
        {
            found.AddRange(SavedState(cpuid));
        }

        return found;
    }

    internal static IReadOnlyList<string> OfAuxiliaryVector(ReadOnlySpan<byte> vector)
    {
        const ulong HardwareCapabilities = 16; // AT_HWCAP and AT_HWCAP2, include/uapi/linux/auxvec.h
        const ulong MoreHardwareCapabilities = 26;
        List<string> found = [];
        for (; vector.Length >= 16; vector = vector[16..])
        {
            ulong type = BinaryPrimitives.ReadUInt64LittleEndian(vector);
            ulong bits = BinaryPrimitives.ReadUInt64LittleEndian(vector[8..]);
            string[] names = type switch { HardwareCapabilities => s_hwcap[0], MoreHardwareCapabilities => s_hwcap[1], _ => [] };
            for (int bit = 0; bit < names.Length; bit++)
            {
                if ((bits >> bit & 1) != 0 && names[bit].Length > 0)
                {
                    found.Add(names[bit]);
                }
            }
        }

        return found;
    }

    /// <summary>
    /// Finds which parts of the state XSAVE saves. The processor reports which parts exist, and how long the area is for those that the
    /// kernel enabled. A part that ends after that area is not enabled.
    /// </summary>
    private static IEnumerable<string> SavedState(Cpuid cpuid)
    {
        Registers all = cpuid(0xD, 0);
        foreach ((int component, string name) in s_xsave)
        {
            bool isThere = (all.A >> component & 1) != 0;
            if (isThere && component >= 2)
            {
                Registers part = cpuid(0xD, (uint)component);
                isThere = (ulong)part.A + part.B <= all.B; // its size and its offset
            }

            if (isThere)
            {
                yield return name;
            }
        }
    }
}
