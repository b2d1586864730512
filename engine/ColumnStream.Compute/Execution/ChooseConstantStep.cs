using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Compute.Execution;

/// <summary>Gives each row one of a few constant texts: bitmaps become a number a row, the number finds the view.</summary>
/// <param name="branches">Disjoint bitmap registers.</param>
/// <param name="values">One constant register a branch.</param>
/// <param name="otherwise">The constant elsewhere, or -1 for NULL.</param>
internal sealed unsafe class ChooseConstantStep(int[] branches, int[] values, int otherwise) : Step
{
    /// <summary>Most branches that fit the numbers of a row.</summary>
    public const int MostBranches = 255;

    private const ulong EachByte = 0x0101010101010101;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        StringView* texts = stackalloc StringView[branches.Length + 1];
        texts[0] = otherwise < 0 ? default : Text(frame[otherwise]);
        ulong* numbers = stackalloc ulong[Frame.TileRows / 8];
        NativeMemory.Clear(numbers, Frame.TileRows);
        int bytes = (frame.Rows + 7) >> 3;
        for (int i = 0; i < branches.Length; i++)
        {
            texts[i + 1] = Text(frame[values[i]]);
            byte* bits = frame[branches[i]].Data;
            ulong number = (ulong)(i + 1);
            for (int b = 0; b < bytes; b++)
            {
                numbers[b] |= Spread(bits[b]) * number;
            }
        }

        byte* chosen = (byte*)numbers;
        StringView* target = (StringView*)result.Data;
        for (int row = 0; row < frame.Rows; row++)
        {
            target[row] = texts[chosen[row]];
        }

        result.Valid = otherwise < 0 ? AnyBranch(frame) : null;
    }

    /// <summary>Puts bit i into the lowest bit of byte i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Spread(byte bits) => Bmi2.X64.IsSupported
        ? Bmi2.X64.ParallelBitDeposit(bits, EachByte)
        : (((bits & 0x7FUL) * 0x0002040810204081) & EachByte) | ((ulong)(bits >> 7) << 56);

    private static StringView Text(in Register register)
    {
        StringView view = *(StringView*)register.Data;
        view.BufferIndex += view.IsInline ? 0 : register.BufferBase;
        return view;
    }

    private byte* AnyBranch(Frame frame)
    {
        ulong* valid = (ulong*)frame[Result].HomeValid;
        for (int w = 0; w < Frame.BitmapBytes / 8; w++)
        {
            valid[w] = 0;
            foreach (int branch in branches)
            {
                valid[w] |= ((ulong*)frame[branch].Data)[w];
            }
        }

        return (byte*)valid;
    }
}
