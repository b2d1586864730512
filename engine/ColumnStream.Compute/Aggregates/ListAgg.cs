using System;
using System.Text;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Builders;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Aggregates;

/// <summary>States the facts of LISTAGG.</summary>
internal sealed class ListAgg : AggregateFunction
{
    /// <inheritdoc/>
    public override string Name => "LISTAGG";

    /// <inheritdoc/>
    public override ValueList<string> Signatures => ["LISTAGG([DISTINCT] text [, separator])"];

    /// <inheritdoc/>
    public override string Doc => "Joins non-NULL texts in the order in which they came; the separator is a comma by default.";

    /// <inheritdoc/>
    public override bool IsConstant(int index) => index == 1;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        bool fits = arguments.Length is 1 or 2;
        foreach (SqlType type in arguments)
        {
            fits &= type.IsText || type.Id == SqlTypeId.Null;
        }

        return !fits ? null : arguments.Length == 1
            ? new FunctionBinding([SqlType.String], SqlType.String)
            : new FunctionBinding([SqlType.String, SqlType.String], SqlType.String);
    }

    /// <inheritdoc/>
    public override Accumulator CreateAccumulator(AggregateCall call) =>
        new ListAggAccumulator(call.Constants.Count == 0 ? "," : call.Constants[0].Value);
}

/// <summary>Joins texts; a separator that is NULL makes the result NULL.</summary>
internal sealed unsafe class ListAggAccumulator(string? separator) : LogAccumulator(DataType.Utf8View, takesNulls: false)
{
    private readonly byte[] _separator = Encoding.UTF8.GetBytes(separator ?? string.Empty);
    private byte[] _text = [];

    /// <inheritdoc/>
    public override ArrayData Emit(byte** rows, int count, BufferAllocator allocator)
    {
        using var builder = new ViewBuilder(DataType.Utf8View, allocator, count);
        for (int i = 0; i < count; i++)
        {
            Log.Read(rows[i] + Offset);
            if (Log.Count == 0 || separator is null)
            {
                builder.AppendNull();
            }
            else
            {
                builder.Append(Join(Log.Entries));
            }
        }

        return builder.Finish();
    }

    private ReadOnlySpan<byte> Join(ReadOnlySpan<LogEntry> entries)
    {
        long length = (long)_separator.Length * (entries.Length - 1);
        foreach (LogEntry entry in entries)
        {
            length += entry.Length;
        }

        if (_text.Length < length)
        {
            _text = new byte[checked((int)Math.Max(length, Math.Min(2L * _text.Length, Array.MaxLength)))];
        }

        int at = 0;
        for (int i = 0; i < entries.Length; i++)
        {
            if (i > 0)
            {
                _separator.CopyTo(_text, at);
                at += _separator.Length;
            }

            entries[i].Bytes.CopyTo(_text.AsSpan(at));
            at += entries[i].Length;
        }

        return _text.AsSpan(0, at);
    }
}
