using System.Buffers.Binary;
using System.Reflection.Emit;

namespace Crik.Testing.Architecture;

/// <summary>Finds the metadata tokens in the instructions of a method.</summary>
internal static class Instructions
{
    private static readonly Dictionary<int, OpCode> s_codes =
        typeof(OpCodes).GetFields().Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => (int)(ushort)code.Value);

    /// <returns>The tokens of types, methods and fields, each with the offset of its instruction.</returns>
    public static IEnumerable<(int Token, int Offset)> Tokens(byte[] code)
    {
        int position = 0;
        while (position < code.Length)
        {
            int start = position;
            int value = code[position++];
            OpCode instruction = s_codes[value == 0xfe ? 0xfe00 | code[position++] : value];
            int argument = position;
            position += instruction.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(argument))),
                _ => 4,
            };
            if (instruction.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok or OperandType.InlineSig)
            {
                yield return (BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(argument)), start);
            }
        }
    }
}
