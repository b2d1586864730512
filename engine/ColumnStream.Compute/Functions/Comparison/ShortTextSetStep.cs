using System;
using System.Collections.Generic;
using System.Numerics;
using System.Runtime.CompilerServices;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>
/// Looks texts up among constants of at most 12 bytes: the 16 bytes of a view are hashed and compared, no text is read.
/// </summary>
internal sealed unsafe class ShortTextSetStep : Step
{
    // No view has this length, so that an empty slot equals nothing.
    private const ulong Empty = ulong.MaxValue;
    private readonly int _a;
    private readonly StringView[] _slots;
    private readonly int _shift;

    public ShortTextSetStep(int a, IReadOnlyCollection<byte[]> values)
    {
        _a = a;
        int bits = Math.Max(8, BitOperations.Log2((uint)values.Count) + 3);
        _shift = 64 - bits;
        _slots = new StringView[1 << bits];
        Array.Fill(_slots, new StringView { Low = Empty });
        foreach (byte[] value in values)
        {
            StringView view = StringView.Inline(value);
            int slot = Slot(view.Low, view.High, _shift);
            while (_slots[slot].Low != Empty && _slots[slot] != view)
            {
                slot = (slot + 1) & (_slots.Length - 1);
            }

            _slots[slot] = view;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        result.Valid = frame[_a].Valid;
        StringView* views = (StringView*)frame[_a].Data;
        int wrap = _slots.Length - 1;
        int shift = _shift;
        fixed (StringView* slots = _slots)
        {
            for (int row = 0; row < frame.Rows; row += 64)
            {
                ulong bits = 0;
                int end = Math.Min(64, frame.Rows - row);
                for (int i = 0; i < end; i++)
                {
                    ulong low = views[row + i].Low;
                    ulong high = views[row + i].High;
                    int slot = Slot(low, high, shift);
                    while (slots[slot].Low != Empty)
                    {
                        if (slots[slot].Low == low && slots[slot].High == high)
                        {
                            bits |= 1UL << i;
                            break;
                        }

                        slot = (slot + 1) & wrap;
                    }
                }

                ((ulong*)result.Data)[row >> 6] = bits;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Slot(ulong low, ulong high, int shift) =>
        (int)((low ^ BitOperations.RotateLeft(high * 0xC2B2_AE3D_27D4_EB4F, 29)) * 0x9E37_79B9_7F4A_7C15 >> shift);
}
