using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Sources;

namespace ColumnStream.Connectors.Files;

/// <summary>Adds to each batch what is known of its file: path, name, size and time of the last change.</summary>
/// <remarks>Keys with the prefix <c>value.</c> are the format's, which gives their columns with those of the record.</remarks>
internal sealed unsafe class FileMetadata
{
    private const string FormatPrefix = "value.";
    private const string PathKey = "file.path";
    private const string NameKey = "file.name";
    private const string SizeKey = "file.size";
    private const string TimeKey = "file.modification-time";
    private readonly SourceContext _context;
    private readonly FileStore _store;
    private readonly Schema _schema;
    private readonly string?[] _keys;
    private FileSplit? _split;
    private byte[] _path = [];
    private byte[] _name = [];
    private long _size;
    private long _timeMs;

    /// <summary>Learns which projected columns are metadata.</summary>
    public FileMetadata(SourceContext context, FileStore store)
    {
        _context = context;
        _store = store;
        _schema = SourceSchema.Of(context);
        _keys = new string?[context.Projection.Count];
        var own = new List<int>();
        for (int i = 0; i < _keys.Length; i++)
        {
            int column = context.Projection[i];
            _keys[i] = KeyOf(context.Table, column) is { } key && !IsFormats(key) ? key : null;
            IsUsed |= _keys[i] is not null;
            if (_keys[i] is null)
            {
                own.Add(IndexInRecord(context.Table, column));
            }
        }

        Columns = ColumnsOf(context.Table);
        Projection = ValueList.From(own);
        int[] given = [.. Enumerable.Range(0, context.Table.Columns.Count).Where(c => IsFormats(KeyOf(context.Table, c)))];
        FormatColumns = ValueList.From(given.Select(c => context.Table.Columns[c]));
        FormatKeys = ValueList.From(given.Select(c => KeyOf(context.Table, c)![FormatPrefix.Length..]));
    }

    /// <summary>Gets the METADATA columns that the format gives.</summary>
    public ValueList<SqlField> FormatColumns { get; }

    /// <summary>Gets their keys as the format knows them.</summary>
    public ValueList<string> FormatKeys { get; }

    /// <summary>Gets the keys of files.</summary>
    public static IReadOnlyList<MetadataKey> Keys { get; } =
    [
        new(PathKey, SqlType.String.WithNullable(false), "Full path of the file."),
        new(NameKey, SqlType.String.WithNullable(false), "Name of the file, the last part of the path."),
        new(SizeKey, SqlType.BigInt.WithNullable(false), "Bytes of the file."),
        new(TimeKey, SqlType.TimestampLtz(3).WithNullable(false), "When the file was last changed."),
    ];

    /// <summary>Returns all keys of tables of a format.</summary>
    public static IReadOnlyList<MetadataKey> KeysOf(Format? format) => format is null ? Keys
        : [.. Keys, .. format.Metadata.Select(key => key with { Key = FormatPrefix + key.Key })];

    /// <summary>Gets whether a column of metadata is read.</summary>
    public bool IsUsed { get; }

    /// <summary>Gets the columns that records have.</summary>
    public ValueList<SqlField> Columns { get; }

    /// <summary>Gets the projection of <see cref="Columns"/>.</summary>
    public ValueList<int> Projection { get; }

    /// <summary>Returns the columns of a table that its records have.</summary>
    public static ValueList<SqlField> ColumnsOf(TableSpec table)
    {
        var columns = new List<SqlField>();
        for (int i = 0; i < table.Columns.Count; i++)
        {
            if (table.MetadataOf(i) is null)
            {
                columns.Add(table.Columns[i]);
            }
        }

        return ValueList.From(columns);
    }

    /// <summary>Puts the metadata of a file beside its rows; the batch moves here.</summary>
    public StreamBatch Add(StreamBatch batch, FileSplit split)
    {
        if (!IsUsed)
        {
            return batch;
        }

        if (!ReferenceEquals(split, _split))
        {
            Look(split);
        }

        int rows = batch.Rows.Length;
        var columns = new ArrayData[_keys.Length];
        int own = 0;
        for (int i = 0; i < columns.Length; i++)
        {
            columns[i] = _keys[i] switch
            {
                null => batch.Rows.Columns[own++].Retain(),
                PathKey => Texts(_schema.Fields[i].Type, _path, rows),
                NameKey => Texts(_schema.Fields[i].Type, _name, rows),
                SizeKey => Numbers(_schema.Fields[i].Type, _size, rows),
                _ => Numbers(_schema.Fields[i].Type, _timeMs, rows),
            };
        }

        return batch.WithRows(new RecordBatch(_schema, columns, rows));
    }

    private static string? KeyOf(TableSpec table, int column) => table.MetadataOf(column);

    private static bool IsFormats(string? key) => key?.StartsWith(FormatPrefix, StringComparison.Ordinal) == true;

    /// <summary>Returns where the format gives a column: columns of the record, then its metadata.</summary>
    private static int IndexInRecord(TableSpec table, int column)
    {
        bool isFormats = IsFormats(KeyOf(table, column));
        int index = 0;
        for (int i = 0; i < table.Columns.Count; i++)
        {
            bool isRecord = KeyOf(table, i) is null;
            index += isFormats ? (isRecord || (i < column && IsFormats(KeyOf(table, i))) ? 1 : 0) : isRecord && i < column ? 1 : 0;
        }

        return index;
    }

    private void Look(FileSplit split)
    {
        string path = _store.FullPath(split.File.Name);
        FileName file = _store.Look(split.File.Name);
        _path = Encoding.UTF8.GetBytes(path);
        _name = Encoding.UTF8.GetBytes(Path.GetFileName(path));
        _size = file.Bytes;
        _timeMs = new DateTimeOffset(file.Modified).ToUnixTimeMilliseconds();
        _split = split;
    }

    private FixedWidthArray Numbers(DataType type, long value, int rows)
    {
        NativeBuffer buffer = _context.Allocator.Allocate(rows * 8L);
        new Span<long>(buffer.Pointer, rows).Fill(value);
        return new FixedWidthArray(type, rows, buffer, null);
    }

    private ViewArray Texts(DataType type, byte[] text, int rows)
    {
        NativeBuffer views = _context.Allocator.Allocate(rows * 16L);
        NativeBuffer? data = null;
        StringView view;
        if (text.Length <= StringView.InlineLength)
        {
            view = StringView.Inline(text);
        }
        else
        {
            data = _context.Allocator.Allocate(text.Length);
            text.CopyTo(new Span<byte>(data.Pointer, text.Length));
            view = StringView.Create(data.Pointer, text.Length, 0, 0);
        }

        new Span<StringView>(views.Pointer, rows).Fill(view);
        return new ViewArray(type, rows, views, data is null ? [] : [data], null);
    }
}
