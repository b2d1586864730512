using System;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Arrays;

/// <summary>Holds runs of equal values: where each run ends, and its value; a row is null when its run's value is.</summary>
public sealed unsafe class RunEndEncodedArray : ArrayData
{
    private readonly ArrayData[] _children;
    private readonly int _offset;

    /// <summary>Takes over the children; rows begin at <paramref name="offset"/> of what the runs cover.</summary>
    /// <param name="type">The type.</param>
    /// <param name="length">The number of rows.</param>
    /// <param name="ends">Where runs end: ascending integers of 16, 32 or 64 bits, the last at least offset + length.</param>
    /// <param name="values">One value a run.</param>
    /// <param name="offset">The first row.</param>
    public RunEndEncodedArray(DataType type, int length, FixedWidthArray ends, ArrayData values, int offset = 0)
        : base(type, length, null, null, 0)
    {
        _children = [ends, values];
        _offset = offset;
    }

    /// <summary>Gets where runs end, counted from the row <see cref="Offset"/> rows before row 0.</summary>
    public FixedWidthArray RunEnds => (FixedWidthArray)_children[0];

    /// <summary>Gets the values of the runs.</summary>
    public ArrayData Values => _children[1];

    /// <summary>Gets how many rows of the runs stand before row 0.</summary>
    public int Offset => _offset;

    /// <inheritdoc/>
    public override ReadOnlySpan<ArrayData> Children => _children;

    private protected override long PinnedValueBytes => RunEnds.PinnedBytes + Values.PinnedBytes;

    /// <summary>Finds the run that holds row <paramref name="index"/>.</summary>
    public int GetRun(int index)
    {
        FixedWidthArray ends = RunEnds;
        long row = index + (long)_offset;
        int low = 0;
        int high = ends.Length - 1;
        while (low < high)
        {
            int middle = low + ((high - low) >> 1);
            if (End(ends, middle) > row)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low;
    }

    /// <summary>Gets the row behind the last of run <paramref name="run"/>, cut to this array's rows.</summary>
    public int GetRunEnd(int run) => (int)Math.Clamp(End(RunEnds, run) - _offset, 0, Length);

    /// <summary>Copies every row's value into an array of the values' type.</summary>
    public ArrayData Decode(BufferAllocator allocator)
    {
        NativeBuffer rows = allocator.Allocate(Length * 4L);
        try
        {
            var span = new Span<int>(rows.Pointer, Length);
            int row = 0;
            for (int run = Length == 0 ? 0 : GetRun(0); row < Length; run++)
            {
                int end = GetRunEnd(run);
                span[row..end].Fill(run);
                row = end;
            }

            return TakeKernel.Take(Values, span, allocator);
        }
        finally
        {
            rows.Release();
        }
    }

    internal static long End(FixedWidthArray ends, int run) => ends.Type.Id switch
    {
        TypeId.Int16 => ((short*)ends.Pointer)[run],
        TypeId.Int32 => ((int*)ends.Pointer)[run],
        _ => ((long*)ends.Pointer)[run],
    };

    private protected override ArrayData SliceValues(
        int offset, int length, NativeBuffer? validity, byte* validityBits, BufferAllocator allocator) =>
        new RunEndEncodedArray(
            Type, length, (FixedWidthArray)RunEnds.Retain(), Values.Retain(), _offset + offset);

    private protected override void ReleaseValues()
    {
        RunEnds.Release();
        Values.Release();
    }
}
