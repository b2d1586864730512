using System;
using System.Buffers;
using System.Linq;
using System.Numerics;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Kernels.Hash;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.State;

/// <summary>Fixes where keys and values stand in a state row, and how they look in a checkpoint.</summary>
/// <remarks>
/// <code>
/// row  +0 sequence u32 | +4 flags u8 (saved, dead) | +5 spare | +6 key nulls u16 | +8 key words | value cells
/// key  8 bytes: canonical word; 16 bytes: decimal128 or view. More than 15 columns: null bits are the first key words.
/// </code>
/// The stride is 16, 32 or a multiple of 64, so that a row straddles no line it need not.
/// </remarks>
internal sealed class StateLayout
{
    /// <summary>Bytes before the key.</summary>
    public const int HeaderBytes = 8;

    private const int MostHeaderNulls = 15;
    private const int MostKeyWords = 64;

    /// <summary>Lays out rows of the given keys and cells.</summary>
    /// <exception cref="UserException">The key is too wide, or a type cannot be a key.</exception>
    /// <param name="keys">The key columns.</param>
    /// <param name="cells">The value cells.</param>
    /// <param name="groupColumns">Leading key columns that decide the key group, or -1 for all.</param>
    /// <param name="hasTime">Whether rows know when they were last touched: <see cref="StateTtl"/>.</param>
    /// <param name="identityColumns">Leading key columns that a row is found by, or -1 for all; the rest goes along.</param>
    /// <param name="linkBytes">Bytes behind the cells for what follows from the rows, such as links; no snapshot holds them.</param>
    public StateLayout(
        ValueList<Field> keys,
        ValueList<StateCell> cells,
        int groupColumns = -1,
        bool hasTime = false,
        int identityColumns = -1,
        int linkBytes = 0)
    {
        Keys = keys;
        IdentityColumns = identityColumns < 0 ? keys.Count : identityColumns;
        GroupColumns = groupColumns < 0 ? IdentityColumns : groupColumns;
        cells = hasTime ? [.. cells, new StateCell("touched_ms", CellType.Int64) { Role = StateColumnRole.Link }] : cells;
        Cells = cells;
        KeyOffsets = new int[keys.Count];
        CellOffsets = new int[cells.Count];
        NullWords = keys.Count > MostHeaderNulls ? (keys.Count + 63) / 64 : 0;
        NullOffset = NullWords > 0 ? HeaderBytes : 6;
        int offset = HeaderBytes + (NullWords * 8);
        for (int i = 0; i < keys.Count; i++)
        {
            KeyOffsets[i] = offset;
            DataType type = keys[i].Type;
            if (type.IsView)
            {
                LongKeyWords |= 1UL << (((offset - HeaderBytes) / 8) + 1);
                HasViewKeys = true;
            }

            offset += KeyWidth(type);
            IdentityWords = i < IdentityColumns ? (offset - HeaderBytes) / 8 : Math.Max(IdentityWords, NullWords);
            if (offset - HeaderBytes > MostKeyWords * 8)
            {
                throw new UserException(6010, $"Key has too many columns: {keys.Count}.");
            }
        }

        KeyWords = (offset - HeaderBytes) / 8;
        FileCells = [.. Enumerable.Range(0, cells.Count).Where(i => !cells[i].IsTransient)];
        for (int i = 0; i < cells.Count; i++)
        {
            CellOffsets[i] = offset;
            HasViewCells |= cells[i].Type is CellType.View or CellType.Bytes;
            offset += cells[i].Bytes;
        }

        TimeOffset = hasTime ? CellOffsets[^1] : 0;
        LinkOffset = offset;
        offset += linkBytes;
        Stride = offset <= 16 ? 16 : offset <= 32 ? 32 : (offset + 63) & ~63;
        if (Stride > StatePool.PageBytes / 2)
        {
            throw new UserException(6010, $"State row is too wide: {Stride} bytes.");
        }

        RowsPerPage = StatePool.PageBytes / Stride;
        PageShift = BitOperations.Log2((uint)RowsPerPage - 1) + 1;
    }

    /// <summary>Tells whether rows can be laid out that are found by some columns, or by all, and carry the rest.</summary>
    public static bool Fits(Schema schema, ValueList<int> keys)
    {
        int keyBytes = (schema.Fields.Count + 63) / 64 * 8;
        int bytes = HeaderBytes + keyBytes + (schema.Fields.Count * 2);
        for (int i = 0; i < schema.Fields.Count; i++)
        {
            int width = WidthOf(schema.Fields[i].Type);
            if (width == 0)
            {
                return false;
            }

            bytes += width;
            keyBytes += keys.Count == 0 || keys.Span.IndexOf(i) >= 0 ? width : 0;
        }

        return keyBytes <= MostKeyWords * 8 && bytes <= StatePool.PageBytes / 4;
    }

    /// <summary>Gets the key columns.</summary>
    public ValueList<Field> Keys { get; }

    /// <summary>Gets how many leading key columns decide the key group.</summary>
    public int GroupColumns { get; }

    /// <summary>Gets how many leading key columns a row is found by.</summary>
    public int IdentityColumns { get; }

    /// <summary>Gets the leading key words, null bits included, that belong to <see cref="IdentityColumns"/>.</summary>
    public int IdentityWords { get; }

    /// <summary>Gets the cells that checkpoints hold.</summary>
    public int[] FileCells { get; }

    /// <summary>Gets the value cells.</summary>
    public ValueList<StateCell> Cells { get; }

    /// <summary>Gets where each key column begins in a row.</summary>
    public int[] KeyOffsets { get; }

    /// <summary>Gets where each cell begins in a row.</summary>
    public int[] CellOffsets { get; }

    /// <summary>Gets where the bytes begin that no snapshot holds.</summary>
    public int LinkOffset { get; }

    /// <summary>Gets the 8-byte words of a key.</summary>
    public int KeyWords { get; }

    /// <summary>Gets the key words that hold null bits, 0 when the header does.</summary>
    public int NullWords { get; }

    /// <summary>Gets the byte of a row where null bits begin.</summary>
    public int NullOffset { get; }

    /// <summary>Gets a bit for each key word that is the second half of a view.</summary>
    public ulong LongKeyWords { get; }

    /// <summary>Gets whether a key column is text or bytes.</summary>
    public bool HasViewKeys { get; }

    /// <summary>Gets whether a cell is text or bytes.</summary>
    public bool HasViewCells { get; }

    /// <summary>Gets where a row holds the time of its last touch, in milliseconds of the clock; 0 when it does not.</summary>
    public int TimeOffset { get; }

    /// <summary>Gets the bytes from row to row.</summary>
    public int Stride { get; }

    /// <summary>Gets the rows of a page.</summary>
    public int RowsPerPage { get; }

    /// <summary>Gets the bits of a slot that number the row inside its page.</summary>
    public int PageShift { get; }

    /// <summary>Returns the columns of a checkpoint batch, behind <paramref name="extra"/> ones.</summary>
    public Schema SnapshotSchema(params ReadOnlySpan<Field> extra)
    {
        var fields = new Field[3 + extra.Length + Keys.Count + FileCells.Length];
        int n = 0;
        fields[n++] = new Field("slot", new DataType(TypeId.UInt32), Nullable: false);
        fields[n++] = new Field("live", DataType.Bool, Nullable: false);
        fields[n++] = new Field("key_group", new DataType(TypeId.UInt16), Nullable: false);
        foreach (Field field in extra)
        {
            fields[n++] = field;
        }

        for (int i = 0; i < Keys.Count; i++)
        {
            fields[n++] = new Field($"key{i}:{Keys[i].Name}", FileType(Keys[i].Type));
        }

        foreach (int i in FileCells)
        {
            fields[n++] = new Field(Cells[i].Name, FileType(Cells[i].Type), Nullable: false);
        }

        return new Schema(fields);
    }

    /// <summary>Describes the columns of a checkpoint batch, behind <paramref name="extra"/> ones that name the table.</summary>
    /// <param name="isIndexed">Whether a row is found by its identity; otherwise equal rows stand side by side.</param>
    /// <param name="extra">The columns before the keys.</param>
    public ValueList<StateColumn> Describe(bool isIndexed, params ReadOnlySpan<Field> extra)
    {
        ValueList<Field> fields = SnapshotSchema(extra).Fields;
        var columns = new StateColumn[fields.Count - 3];
        int fixedColumns = isIndexed ? Math.Max(IdentityColumns, GroupColumns) : GroupColumns;
        for (int i = 0; i < columns.Length; i++)
        {
            int key = i - extra.Length;
            StateColumnRole role = key < 0 ? StateColumnRole.Own
                : key < Keys.Count ? key < fixedColumns ? StateColumnRole.Key : StateColumnRole.Row
                : Cells[FileCells[key - Keys.Count]].Role;
            columns[i] = new StateColumn(fields[i + 3].Name, fields[i + 3].Type, role);
        }

        return ValueList.Create<StateColumn>(columns);
    }

    /// <summary>Hashes keys: the top 16 bits, which name the key group, depend on the group columns only.</summary>
    public unsafe void Hash(ReadOnlySpan<ArrayData> keys, int count, ulong* hashes)
    {
        KeyHash.Hash(keys[..GroupColumns], count, new Span<ulong>(hashes, count));
        if (GroupColumns == IdentityColumns)
        {
            return;
        }

        ulong[] tail = ArrayPool<ulong>.Shared.Rent(count);
        KeyHash.Hash(keys[GroupColumns..IdentityColumns], count, tail);
        for (int i = 0; i < count; i++)
        {
            ulong mixed = Hash64.Combine(hashes[i], tail[i]);
            hashes[i] = (hashes[i] & 0xFFFF000000000000) | (mixed & 0x0000FFFFFFFFFFFF);
        }

        ArrayPool<ulong>.Shared.Return(tail);
    }

    /// <summary>Returns the type under which a key column is written: no views, no 64-bit decimals.</summary>
    public static DataType FileType(DataType type) => type.Id switch
    {
        TypeId.Utf8View => DataType.Utf8,
        TypeId.BinaryView => DataType.Binary,
        TypeId.Decimal64 => DataType.Decimal128(type.Precision, type.Scale),
        _ => type,
    };

    /// <summary>Returns the type under which a cell is written.</summary>
    public static DataType FileType(CellType type) => type switch
    {
        CellType.Int64 => DataType.Int64,
        CellType.Float64 => DataType.Float64,
        CellType.Int128 => DataType.Decimal128(38, 0),
        _ => DataType.Binary,
    };

    private static int KeyWidth(DataType type) =>
        WidthOf(type) is > 0 and int width ? width : throw new UserException(3010, $"Type cannot be a key: {type}.");

    private static int WidthOf(DataType type) => type.Id switch
    {
        TypeId.Utf8View or TypeId.BinaryView or TypeId.Decimal128 => 16,
        TypeId.Bool or TypeId.Null => 8,
        TypeId.FixedSizeBinary => 0,
        _ => type.ByteWidth is > 0 and <= 8 ? 8 : 0,
    };
}
