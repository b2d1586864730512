using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Savepoints;

namespace ColumnStream.Server.State;

/// <summary>Names operators and states of a savepoint for people, and says which columns they have.</summary>
internal static class SavedTables
{
    private const int KeyGroupColumn = 2;
    private const int CellHashLetters = 8;

    /// <summary>Names operators by the kind in front of their identity's hash; further ones of a kind get a number.</summary>
    public static IReadOnlyDictionary<string, string> Names(Manifest manifest)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        var used = new Dictionary<string, int>(StringComparer.Ordinal);
        IEnumerable<string> uids = manifest.Tasks.SelectMany(static t =>
            t.Sources.Select(static s => s.Uid)
                .Concat(t.States.Select(static s => s.Uid))
                .Concat(t.Sinks.Select(static s => s.Uid)));
        foreach (string uid in uids)
        {
            if (names.ContainsKey(uid))
            {
                continue;
            }

            string kind = string.Join('_', uid.Split('-').TakeWhile(static p => p.Length < 12));
            kind = kind.Length == 0 ? "operator" : kind;
            int number = used[kind] = used.GetValueOrDefault(kind) + 1;
            names.Add(uid, number == 1 ? kind : string.Create(CultureInfo.InvariantCulture, $"{kind}_{number}"));
        }

        return names;
    }

    /// <summary>Lists the states, in the order of the plan.</summary>
    public static IReadOnlyList<SavedTable> Of(SavedState saved, BufferAllocator allocator)
    {
        IReadOnlyDictionary<string, string> names = Names(saved.Manifest);
        var tables = new List<SavedTable>();
        foreach (var group in saved.Manifest.Tasks.SelectMany(static t => t.States)
            .GroupBy(static s => (s.Uid, s.Name)))
        {
            var columns = new List<SqlField>();
            var positions = new List<int>();
            var keys = new List<SqlField>();
            Schema schema = saved.SchemaOf(group.Key.Uid, group.Key.Name, allocator)
                ?? SchemaOf(saved.ColumnsOf(group.Key.Uid, group.Key.Name));
            AddColumns(schema, columns, positions, keys);

            tables.Add(new SavedTable(
                names[group.Key.Uid], group.Key.Uid, group.Key.Name, columns, positions, group.Count(),
                group.Sum(static s => s.Files.Sum(static f => f.Rows)), group.Sum(static s => s.Files.Sum(static f => f.Length)))
            {
                Keys = keys,
            });
        }

        return tables;
    }

    /// <summary>Returns the type that SQL reads a file's column with, or null where it has none.</summary>
    public static SqlType? TypeOf(DataType type) => type.Id switch
    {
        TypeId.Bool => SqlType.Boolean,
        TypeId.Int8 => SqlType.TinyInt,
        TypeId.Int16 => SqlType.SmallInt,
        TypeId.Int32 => SqlType.Integer,
        TypeId.UInt8 or TypeId.UInt16 => SqlType.Integer,
        TypeId.Int64 => SqlType.BigInt,
        TypeId.Float32 => SqlType.Float,
        TypeId.Float64 => SqlType.Double,
        TypeId.Utf8View => SqlType.String,
        TypeId.BinaryView => SqlType.Bytes,
        TypeId.Decimal64 or TypeId.Decimal128 => SqlType.Decimal(type.Precision, type.Scale),
        TypeId.Date32 => SqlType.Date,
        TypeId.Timestamp => type.Timezone is null ? SqlType.Timestamp(Digits(type.Unit)) : SqlType.TimestampLtz(Digits(type.Unit)),
        TypeId.Time32 when type.Unit == TimeUnit.Millisecond => SqlType.Time(3),
        _ => null,
    };

    /// <summary>Returns what the files of an empty state would have; columns of other types are left out, as they are of files.</summary>
    private static Schema SchemaOf(IReadOnlyList<ColumnRecord> columns)
    {
        var fields = new List<Field>
        {
            new("slot", DataType.UInt32, Nullable: false), new("live", DataType.Bool, Nullable: false),
            new("key_group", DataType.UInt16, Nullable: false),
        };
        foreach (ColumnRecord column in columns)
        {
            if (StateTypes.Parse(column.Type) is { } type)
            {
                fields.Add(new Field(column.Name, type));
            }
        }

        return new Schema(fields.ToArray());
    }

    private static int Digits(TimeUnit unit) => unit switch
    {
        TimeUnit.Second => 0,
        TimeUnit.Millisecond => 3,
        TimeUnit.Microsecond => 6,
        _ => 9,
    };

    private static void AddColumns(Schema schema, List<SqlField> columns, List<int> positions, List<SqlField> keys)
    {
        var used = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "subtask", "key_group" };
        columns.Add(new SqlField("subtask", SqlType.Integer));
        positions.Add(-1);
        columns.Add(new SqlField("key_group", SqlType.Integer));
        positions.Add(KeyGroupColumn);
        for (int i = KeyGroupColumn + 1; i < schema.Fields.Count; i++)
        {
            if (TypeOf(schema.Fields[i].Type) is not { } type)
            {
                continue;
            }

            string file = schema.Fields[i].Name;
            string plain = Readable(file);
            string name = plain;
            for (int n = 2; !used.Add(name); n++)
            {
                name = string.Create(CultureInfo.InvariantCulture, $"{plain}_{n}");
            }

            var column = new SqlField(name, type);
            columns.Add(column);
            positions.Add(i);
            if (file.StartsWith("key", StringComparison.Ordinal) && file.Contains(':', StringComparison.Ordinal))
            {
                keys.Add(column);
            }
        }
    }

    /// <summary>
    /// Takes the position in front of a colon, and what a name was derived from, off a column's name; of a cell of an
    /// aggregate, <c>sum-1b2c3d4e.0</c>, the function stays.
    /// </summary>
    private static string Readable(string name)
    {
        int dash = name.LastIndexOf('-');
        if (dash > 0 && name.AsSpan(dash + 1).IndexOf('.') == CellHashLetters)
        {
            string number = name[(dash + 2 + CellHashLetters)..];
            return number == "0" ? name[..dash] : $"{name[..dash]}_{number}";
        }

        int colon = name.IndexOf(':', StringComparison.Ordinal);
        bool isNumbered = colon > 0 && char.IsAsciiDigit(name[colon - 1]);
        string plain = isNumbered && colon + 1 < name.Length ? name[(colon + 1)..] : name;
        int dot = plain.LastIndexOf('.');
        return dot >= 0 && dot + 1 < plain.Length ? plain[(dot + 1)..] : plain;
    }
}
