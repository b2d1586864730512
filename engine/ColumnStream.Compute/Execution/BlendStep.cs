using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Arrays;

namespace ColumnStream.Compute.Execution;

/// <summary>Puts together a value from branches: rows of each branch's bitmap take that branch's value.</summary>
/// <param name="branches">Disjoint bitmap registers.</param>
/// <param name="values">One value register a branch.</param>
/// <param name="otherwise">The value elsewhere, or -1 for NULL.</param>
internal sealed unsafe class BlendStep(int[] branches, int[] values, int otherwise) : Step
{
    public override void Run(Frame frame)
    {
        ref Register result = ref frame[Result];
        Start(frame, ref result);
        for (int i = 0; i < branches.Length; i++)
        {
            ulong* mask = (ulong*)frame[branches[i]].Data;
            if (!Any(mask))
            {
                continue;
            }

            BlendValidity(frame, ref result, mask, frame[values[i]].Valid);
            BlendData(frame, ref result, mask, ref frame[values[i]]);
        }
    }

    private static bool Any(ulong* mask)
    {
        ulong any = 0;
        for (int w = 0; w < 8; w++)
        {
            any |= mask[w];
        }

        return any != 0;
    }

    private void Start(Frame frame, ref Register result)
    {
        int bytes = result.Layout == Layout.Bit ? Frame.BitmapBytes : frame.Rows * Layouts.Width(result.Layout);
        if (otherwise < 0)
        {
            Unsafe.InitBlock(result.Data, 0, (uint)bytes);
            Unsafe.InitBlock(result.HomeValid, 0, Frame.BitmapBytes);
            result.Valid = result.HomeValid;
            return;
        }

        ref Register source = ref frame[otherwise];
        result.Valid = null;
        if (source.Valid is not null)
        {
            Buffer.MemoryCopy(source.Valid, result.HomeValid, Frame.BitmapBytes, Frame.BitmapBytes);
            result.Valid = result.HomeValid;
        }

        Buffer.MemoryCopy(source.Data, result.Data, bytes, bytes);
        if (result.Layout == Layout.View && source.BufferBase != 0)
        {
            for (int i = 0; i < frame.Rows; i++)
            {
                StringView* view = (StringView*)result.Data + i;
                view->BufferIndex += view->IsInline ? 0 : source.BufferBase;
            }
        }
    }

    private void BlendValidity(Frame frame, ref Register result, ulong* mask, byte* valid)
    {
        if (valid is null && result.Valid is null)
        {
            return;
        }

        ulong* target = (ulong*)frame.OwnValid(Result);
        for (int w = 0; w < 8; w++)
        {
            ulong bits = valid is null ? ulong.MaxValue : ((ulong*)valid)[w];
            target[w] = (target[w] & ~mask[w]) | (bits & mask[w]);
        }
    }

    private static void BlendData(Frame frame, ref Register result, ulong* mask, ref Register value)
    {
        switch (result.Layout)
        {
            case Layout.Bit:
                for (int w = 0; w < 8; w++)
                {
                    ulong* target = (ulong*)result.Data + w;
                    *target = (*target & ~mask[w]) | (((ulong*)value.Data)[w] & mask[w]);
                }

                break;
            case Layout.Int8:
                CopyRows((byte*)value.Data, (byte*)result.Data, mask);
                break;
            case Layout.Int16:
                CopyRows((short*)value.Data, (short*)result.Data, mask);
                break;
            case Layout.Int32 or Layout.Float32:
                Blend32((int*)value.Data, (int*)result.Data, (byte*)mask, frame.Rows);
                break;
            case Layout.Int64 or Layout.Float64:
                Blend64((long*)value.Data, (long*)result.Data, (byte*)mask, frame.Rows);
                break;
            case Layout.Int128:
                CopyRows((Int128*)value.Data, (Int128*)result.Data, mask);
                break;
            default:
                CopyViews((StringView*)value.Data, (StringView*)result.Data, mask, value.BufferBase);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blend64(long* source, long* target, byte* mask, int n)
    {
        Vector512<long> lanes = Vector512.Create(1L, 2, 4, 8, 16, 32, 64, 128);
        for (int i = 0; i < n; i += 8)
        {
            Vector512<long> pick = Vector512.Equals(Vector512.Create((long)mask[i >> 3]) & lanes, lanes);
            Vector512.ConditionalSelect(pick, Vector512.Load(source + i), Vector512.Load(target + i)).Store(target + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blend32(int* source, int* target, byte* mask, int n)
    {
        Vector512<int> lanes = LaneBits();
        for (int i = 0; i < n; i += 16)
        {
            Vector512<int> pick = Vector512.Equals(Vector512.Create((int)*(ushort*)(mask + (i >> 3))) & lanes, lanes);
            Vector512.ConditionalSelect(pick, Vector512.Load(source + i), Vector512.Load(target + i)).Store(target + i);
        }
    }

    private static Vector512<int> LaneBits() => Vector512.Create(
        1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);

    private static void CopyRows<T>(T* source, T* target, ulong* mask)
        where T : unmanaged
    {
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                target[row] = source[row];
            }
        }
    }

    private static void CopyViews(StringView* source, StringView* target, ulong* mask, int bufferBase)
    {
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                target[row] = source[row];
                target[row].BufferIndex += source[row].IsInline ? 0 : bufferBase;
            }
        }
    }
}
