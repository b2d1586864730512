using System;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.Builders;

/// <summary>Builds run-end encoded columns: append a value to <see cref="Values"/>, then <see cref="AppendRun"/> repeats it.</summary>
public sealed class RunEndBuilder : ColumnBuilder
{
    private readonly FixedWidthBuilder _ends;
    private int[] _rows = new int[16];
    private int _runs;

    /// <summary>Makes a builder with room for <paramref name="capacityRows"/> runs.</summary>
    public RunEndBuilder(DataType type, BufferAllocator allocator, int capacityRows = 4096)
        : base(type, allocator)
    {
        _ends = new FixedWidthBuilder(type.Children[0].Type, allocator, Math.Min(capacityRows, 256));
        Values = Create(type.Children[1].Type, allocator, Math.Min(capacityRows, 256));
    }

    /// <summary>Gets the builder of the runs' values.</summary>
    public ColumnBuilder Values { get; }

    /// <summary>Closes a run of <paramref name="rows"/> rows that hold the value appended last.</summary>
    /// <exception cref="InvalidOperationException">There is not one value more than there are runs.</exception>
    /// <exception cref="OverflowException">The type of the ends cannot hold the end.</exception>
    public void AppendRun(int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        if (Values.Length != _runs + 1)
        {
            throw new InvalidOperationException($"Run has not one value: {Values.Length}, {_runs + 1}.");
        }

        int end = checked(Length + rows);
        if (Type.Children[0].Type.Id == TypeId.Int16 && end > short.MaxValue)
        {
            throw new OverflowException($"Run ends behind what its type can hold: {end}, {Type.Children[0].Type}.");
        }

        if (_runs == _rows.Length)
        {
            Array.Resize(ref _rows, _runs * 2);
        }

        _rows[_runs++] = end;
        Length = end;
    }

    /// <inheritdoc/>
    public override void AppendNull()
    {
        Values.Truncate(_runs);
        Values.AppendNull();
        AppendRun(1);
    }

    /// <inheritdoc/>
    public override void Truncate(int length)
    {
        base.Truncate(length);
        while (_runs > 0 && (_runs == 1 ? 0 : _rows[_runs - 2]) >= length)
        {
            _runs--;
        }

        if (_runs > 0)
        {
            _rows[_runs - 1] = length;
        }

        Values.Truncate(_runs);
    }

    /// <inheritdoc/>
    public override ArrayData Finish()
    {
        Values.Truncate(_runs);
        Span<byte> bytes = stackalloc byte[8];
        for (int i = 0; i < _runs; i++)
        {
            BitConverter.TryWriteBytes(bytes, (long)_rows[i]);
            _ends.AppendBytes(bytes[.._ends.Type.ByteWidth]);
        }

        var array = new RunEndEncodedArray(Type, Length, (FixedWidthArray)_ends.Finish(), Values.Finish());
        Length = 0;
        _runs = 0;
        return array;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _ends.Dispose();
        Values.Dispose();
        _runs = 0;
        base.Dispose();
    }
}
