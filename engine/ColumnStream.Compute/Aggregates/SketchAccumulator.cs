using System;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Kernels.Hash;

namespace ColumnStream.Compute.Aggregates;

/// <summary>Estimates distinct values by HyperLogLog: the longest run of zero bits a register, 16,384 registers.</summary>
/// <remarks>
/// <code>
/// cells  +0 bytes of the sketch | +16 whether it begins with the registers i64
/// bytes  [16,384 registers of one byte] then (register &lt;&lt; 8 | rank) u32, one each time that a register may have risen
/// </code>
/// Registers are never changed in place, so that older images stay good: ranks are appended and the registers written anew
/// when the tail is as long as they are. Few values stay a short tail.
/// The estimate is Ertl's (2017), which needs no table of corrections at either end.
/// </remarks>
internal sealed unsafe class SketchAccumulator(DataType type) : Accumulator
{
    private const int Bits = 14;
    private const int Registers = 1 << Bits;
    private const int MostRank = 64 - Bits;
    private readonly byte[] _registers = new byte[Registers];

    /// <inheritdoc/>
    public override ValueList<CellType> Cells => [CellType.Bytes, CellType.Int64];

    /// <inheritdoc/>
    public override bool CanRetract => false;

    /// <inheritdoc/>
    public override void Accumulate(
        ArrayData? argument, int start, int count, byte** rows, sbyte* signs, TextHeap heap)
    {
        ulong* scratch = stackalloc ulong[ArgumentValues.ScratchWords];
        var values = new ArgumentValues(argument!, start, count, scratch);
        for (int i = 0; i < count; i++)
        {
            if (signs is null || signs[i] > 0)
            {
                byte* value = values.Get(i, out int length);
                Add(rows[i] + Offset, Hash(value, length), heap);
            }
        }
    }

    /// <inheritdoc/>
    public override void Merge(byte** targets, byte** sources, int count, TextHeap heap)
    {
        for (int i = 0; i < count; i++)
        {
            byte* target = targets[i] + Offset;
            byte* source = sources[i] + Offset;
            if (((StringView*)source)->Length == 0)
            {
                continue;
            }

            _registers.AsSpan().Clear();
            Raise(target);
            Raise(source);
            Write(target, heap);
        }
    }

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        NativeBuffer values = allocator.Allocate(count * 8L);
        for (int i = 0; i < count; i++)
        {
            ((long*)values.Pointer)[i] = Estimate(rows[i] + Offset);
        }

        return new FixedWidthArray(DataType.Int64, count, values, null);
    }

    /// <inheritdoc/>
    public override bool SameResult(byte* left, byte* right) =>
        *(StringView*)(left + Offset) == *(StringView*)(right + Offset)
        || Estimate(left + Offset) == Estimate(right + Offset);

    private ulong Hash(byte* value, int length) =>
        type.IsView ? Hash64.Bytes(value, length) : length == 16 ? Hash64.Wide(*(Int128*)value) : Hash64.Word(*(ulong*)value);

    private static byte* BytesOf(StringView* view) =>
        view->Length <= StringView.InlineLength ? (byte*)view + 4 : (byte*)view->High;

    private void Add(byte* cells, ulong hash, TextHeap heap)
    {
        var view = (StringView*)cells;
        bool hasRegisters = ((long*)cells)[2] != 0;
        uint register = (uint)(hash >> MostRank);
        byte rank = (byte)(Math.Min(BitOperations.LeadingZeroCount(hash << Bits), MostRank) + 1);
        if (hasRegisters && BytesOf(view)[register] >= rank)
        {
            return;
        }

        if (view->Length + 4 > (hasRegisters ? 2 : 1) * Registers)
        {
            _registers.AsSpan().Clear();
            Raise(cells);
            Write(cells, heap);
            hasRegisters = ((long*)cells)[2] != 0;
        }

        // Unaligned: an inline view begins at byte 4.
        *(uint*)heap.Extend(view, 4) = (register << 8) | rank;
    }

    /// <summary>Raises the scratch registers to those of a sketch.</summary>
    private void Raise(byte* cells)
    {
        var view = (StringView*)cells;
        byte* at = BytesOf(view);
        byte* end = at + view->Length;
        if (((long*)cells)[2] != 0)
        {
            for (int i = 0; i < Registers; i++)
            {
                _registers[i] = Math.Max(_registers[i], at[i]);
            }

            at += Registers;
        }

        for (; at < end; at += 4)
        {
            uint entry = *(uint*)at;
            _registers[entry >> 8] = Math.Max(_registers[entry >> 8], (byte)entry);
        }
    }

    /// <summary>Writes the scratch registers: as entries while they are few.</summary>
    private void Write(byte* cells, TextHeap heap)
    {
        int used = Registers - _registers.AsSpan().Count((byte)0);
        var view = (StringView*)cells;
        heap.Empty(view);
        bool isShort = used <= Registers / 8;
        ((long*)cells)[2] = isShort ? 0 : 1;
        if (!isShort)
        {
            _registers.AsSpan().CopyTo(new Span<byte>(heap.Extend(view, Registers), Registers));
            return;
        }

        var entries = (uint*)heap.Extend(view, 4 * used);
        for (uint i = 0; i < Registers; i++)
        {
            if (_registers[i] != 0)
            {
                *entries++ = (i << 8) | _registers[i];
            }
        }
    }

    private long Estimate(byte* cells)
    {
        _registers.AsSpan().Clear();
        Raise(cells);
        Span<int> counts = stackalloc int[MostRank + 2];
        counts.Clear();
        foreach (byte rank in _registers)
        {
            counts[rank]++;
        }

        double sum = Registers * Tau(1 - ((double)counts[MostRank + 1] / Registers));
        for (int rank = MostRank; rank >= 1; rank--)
        {
            sum = 0.5 * (sum + counts[rank]);
        }

        sum += Registers * Sigma((double)counts[0] / Registers);
        return (long)Math.Round(Registers / (2 * Math.Log(2)) * Registers / sum);
    }

    private static double Sigma(double x)
    {
        if (x == 1)
        {
            return double.PositiveInfinity;
        }

        double power = 1;
        double sum = x;
        for (double before = -1; sum != before; power += power)
        {
            x *= x;
            before = sum;
            sum += x * power;
        }

        return sum;
    }

    private static double Tau(double x)
    {
        if (x is 0 or 1)
        {
            return 0;
        }

        double power = 1;
        double sum = 1 - x;
        for (double before = -1; sum != before;)
        {
            x = Math.Sqrt(x);
            before = sum;
            power *= 0.5;
            sum -= (1 - x) * (1 - x) * power;
        }

        return sum / 3;
    }
}
