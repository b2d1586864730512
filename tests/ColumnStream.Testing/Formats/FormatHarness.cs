using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;
using ColumnStream.Connectors;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Testing.Formats;

/// <summary>Decodes and encodes small texts and prints rows, so that tests compare strings; checks for leaks at the end.</summary>
public sealed class FormatHarness : IDisposable
{
    private readonly BufferPool _pool;

    public FormatHarness()
        : this(new SizeClassPool())
    {
    }

    /// <summary>Takes over <paramref name="pool"/>.</summary>
    public FormatHarness(BufferPool pool)
    {
        _pool = pool;
        Allocator = new BufferAllocator("test", pool);
    }

    public BufferAllocator Allocator { get; }

    public List<DecodeError> Errors { get; } = [];

    public List<long> Positions { get; } = [];

    public static SqlField[] Columns(params (string Name, SqlType Type)[] columns) =>
        Array.ConvertAll(columns, c => new SqlField(c.Name, c.Type));

    public static string DataFile(string name)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !Directory.Exists(Path.Combine(folder, "examples", "data")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return Path.Combine(folder ?? throw new DirectoryNotFoundException("examples/data"), "examples", "data", name);
    }

    public FormatContext Context(SqlField[] columns, params (string Key, string Value)[] options) =>
        FormatContext.AllColumns(
            "t",
            ValueList.From(columns),
            ValueList.From(Array.ConvertAll(options, o => new TableOption(o.Key, o.Value))),
            Allocator);

    public List<string> Decode(string format, FormatContext context, string text, int chunk = int.MaxValue) =>
        Decode(FormatTable.Get(format).CreateBlockDecoder(context), Encoding.UTF8.GetBytes(text), chunk);

    /// <summary>Feeds bytes in pieces, leaves wrong records out, and prints all rows.</summary>
    public List<string> Decode(BlockDecoder decoder, ReadOnlySpan<byte> bytes, int chunk = int.MaxValue, long position = 0, long line = 1)
    {
        using (decoder)
        {
            return DecodeMore(decoder, bytes, chunk, position, line);
        }
    }

    /// <summary>Feeds bytes as one more split of a decoder that goes on.</summary>
    public List<string> DecodeMore(BlockDecoder decoder, ReadOnlySpan<byte> bytes, int chunk, long position = 0, long line = 1)
    {
        var rows = new List<string>();
        decoder.Begin("file.txt", position, line);
        int at = 0;
        while (true)
        {
            switch (decoder.Decode())
            {
                case DecodeStatus.NeedInput when at == bytes.Length:
                    decoder.Complete();
                    break;
                case DecodeStatus.NeedInput:
                    Span<byte> space = decoder.GetSpace();
                    int count = Math.Min(Math.Min(space.Length, chunk), bytes.Length - at);
                    bytes.Slice(at, count).CopyTo(space);
                    decoder.Advance(count);
                    at += count;
                    break;
                case DecodeStatus.Full:
                    Take(decoder, rows);
                    break;
                case DecodeStatus.Error:
                    Errors.Add(decoder.Error);
                    break;
                default:
                    Take(decoder, rows);
                    return rows;
            }
        }
    }

    public static string Print(RecordBatch batch, int row)
    {
        var text = new StringBuilder();
        for (int i = 0; i < batch.Columns.Length; i++)
        {
            text.Append(i == 0 ? string.Empty : "|");
            Print(text, batch.Columns[i], row);
        }

        return text.ToString();
    }

    public string Encode(string format, FormatContext context, RecordBatch batch, RowKind[]? kinds = null)
    {
        using RowEncoder encoder = FormatTable.Get(format).CreateEncoder(context);
        using var output = new OutputBuffer(Allocator);
        NativeBuffer? kindBuffer = null;
        if (kinds is not null)
        {
            kindBuffer = Allocator.Allocate(kinds.Length);
            for (int i = 0; i < kinds.Length; i++)
            {
                kindBuffer.Span[i] = (byte)kinds[i];
            }
        }

        var stream = new StreamBatch(batch.Retain(), kindBuffer);
        try
        {
            encoder.Begin(output);
            encoder.Encode(stream, output);
            encoder.End(output);
            return Encoding.UTF8.GetString(output.Written);
        }
        finally
        {
            stream.Release();
        }
    }

    /// <summary>Decodes everything into one batch, which the caller releases.</summary>
    public RecordBatch Batch(string format, FormatContext context, string text)
    {
        using BlockDecoder decoder = FormatTable.Get(format).CreateBlockDecoder(context);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        decoder.Begin("file.txt");
        int at = 0;
        while (at < bytes.Length)
        {
            Span<byte> space = decoder.GetSpace();
            int count = Math.Min(space.Length, bytes.Length - at);
            bytes.AsSpan(at, count).CopyTo(space);
            decoder.Advance(count);
            at += count;
        }

        decoder.Complete();
        DecodeStatus status = decoder.Decode();
        return status == DecodeStatus.End ? decoder.TakeBatch()! : throw new InvalidDataException(decoder.Error.ToString());
    }

    public void Dispose()
    {
        Allocator.Dispose();
        _pool.Dispose();
    }

    private static unsafe void Print(StringBuilder text, ArrayData array, int row)
    {
        if (array.IsNull(row))
        {
            text.Append("NULL");
            return;
        }

        var culture = CultureInfo.InvariantCulture;
        Span<byte> scratch = stackalloc byte[64];
        switch (array)
        {
            case BooleanArray flags:
                text.Append(flags.GetValue(row));
                break;
            case ViewArray views:
                text.Append(array.Type.Id == TypeId.BinaryView
                    ? Convert.ToHexString(views.GetBytes(row)) : Encoding.UTF8.GetString(views.GetBytes(row)));
                break;
            case StructArray record:
                for (int i = 0; i < record.Fields.Length; i++)
                {
                    text.Append(i == 0 ? '(' : ',');
                    Print(text, record.Fields[i], row);
                }

                text.Append(')');
                break;
            case MapArray map:
                text.Append('{');
                for (int i = map.Offsets[row]; i < map.Offsets[row + 1]; i++)
                {
                    text.Append(i == map.Offsets[row] ? string.Empty : ",");
                    Print(text, map.Keys, i);
                    text.Append('=');
                    Print(text, map.Values, i);
                }

                text.Append('}');
                break;
            case ListArray list:
                text.Append('[');
                for (int i = list.Offsets[row]; i < list.Offsets[row + 1]; i++)
                {
                    text.Append(i == list.Offsets[row] ? string.Empty : ",");
                    Print(text, list.Items, i);
                }

                text.Append(']');
                break;
            case FixedWidthArray values:
                text.Append(values.Type.Id switch
                {
                    TypeId.Int8 => values.Values<sbyte>()[row].ToString(culture),
                    TypeId.Int16 => values.Values<short>()[row].ToString(culture),
                    TypeId.Int32 or TypeId.Date32 or TypeId.Time32 => values.Values<int>()[row].ToString(culture),
                    TypeId.Float32 => values.Values<float>()[row].ToString("R", culture),
                    TypeId.Float64 => values.Values<double>()[row].ToString("R", culture),
                    TypeId.Decimal64 => DecimalOf(values.Values<long>()[row], values.Type.Scale, scratch),
                    TypeId.Decimal128 => DecimalOf(values.Values<Int128>()[row], values.Type.Scale, scratch),
                    _ => values.Values<long>()[row].ToString(culture),
                });
                break;
            default:
                throw new NotSupportedException(array.Type.ToString());
        }
    }

    private static string DecimalOf(Int128 value, int scale, Span<byte> scratch) =>
        Encoding.UTF8.GetString(scratch[..DecimalText.Format(value, scale, scratch)]);

    private unsafe void Take(BlockDecoder decoder, List<string> rows)
    {
        StreamBatch? batch = decoder.TakeRows();
        Positions.Add(decoder.Position);
        for (int i = 0; batch is not null && i < batch.Rows.Length; i++)
        {
            string kind = batch.Kinds is null ? string.Empty : batch.Kinds[i] switch
            {
                RowKind.Insert => "+I ",
                RowKind.UpdateBefore => "-U ",
                RowKind.UpdateAfter => "+U ",
                _ => "-D ",
            };
            rows.Add(kind + Print(batch.Rows, i));
        }

        batch?.Release();
    }
}
