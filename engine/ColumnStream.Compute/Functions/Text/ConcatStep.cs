using System;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Joins texts of each row in the arena, 32 bytes at a time and a little beyond the end.</summary>
internal sealed unsafe class ConcatStep(int[] parts) : RowStep
{
    private const int Chunk = 32;

    protected override byte* Validity(Frame frame)
    {
        byte* valid = frame[parts[0]].Valid;
        for (int i = 1; i < parts.Length; i++)
        {
            valid = frame.And(Result, valid, frame[parts[i]].Valid);
        }

        return valid;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void RunRows(Frame frame, ulong* mask)
    {
        byte* room = frame.ReserveTile(Total(frame, mask) + Chunk, out int buffer, out int offset);
        if (room is null)
        {
            JoinEach(frame, mask);
            return;
        }

        byte** buffers = frame.Buffers;
        StringView* results = (StringView*)frame[Result].Data;
        byte* target = room;
        for (int w = 0; w < 8; w++)
        {
            for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
            {
                int row = (w * 64) + BitOperations.TrailingZeroCount(bits);
                byte* start = target;
                foreach (int part in parts)
                {
                    ref Register register = ref frame[part];
                    StringView* view = (StringView*)register.Data + row;
                    byte* text = view->IsInline
                        ? (byte*)view + 4 : buffers[view->BufferIndex + register.BufferBase] + view->Offset;
                    target = Append(text, view->Length, target);
                }

                results[row] = StringView.Create(start, (int)(target - start), buffer, offset + (int)(start - room));
            }
        }

        frame.CommitTile(target - room);
    }

    private long Total(Frame frame, ulong* mask)
    {
        long bytes = 0;
        foreach (int part in parts)
        {
            StringView* views = (StringView*)frame[part].Data;
            for (int w = 0; w < 8; w++)
            {
                for (ulong bits = mask[w]; bits != 0; bits &= bits - 1)
                {
                    bytes += views[(w * 64) + BitOperations.TrailingZeroCount(bits)].Length;
                }
            }
        }

        return bytes;
    }

    // Texts have readable bytes behind them and the arena has room: a chunk needs no exact end. Long ones are copied whole.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* Append(byte* text, int length, byte* target)
    {
        if (length > Chunk * 8)
        {
            Buffer.MemoryCopy(text, target, length, length);
            return target + length;
        }

        for (int i = 0; i < length; i += Chunk)
        {
            Vector256.Load(text + i).Store(target + i);
        }

        return target + length;
    }

    private void JoinEach(Frame frame, ulong* mask)
    {
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) == 0)
            {
                continue;
            }

            long length = 0;
            foreach (int part in parts)
            {
                length += frame.Text(frame[part], row).Length;
            }

            byte* start = frame.Reserve(length + Chunk);
            byte* target = start;
            foreach (int part in parts)
            {
                Utf8 text = frame.Text(frame[part], row);
                target = Append(text.Pointer, text.Length, target);
            }

            Write(frame[Result], row, frame.Commit((int)(target - start)));
        }
    }
}
