using System;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Arrow.CData;

/// <summary>Writes types as the format strings of the C data interface, and reads them.</summary>
internal static class CFormat
{
    /// <summary>Writes a type without its children; a dictionary's is that of its indexes.</summary>
    public static string Write(DataType type) => type.Id switch
    {
        TypeId.Null => "n",
        TypeId.Bool => "b",
        TypeId.Int8 => "c",
        TypeId.UInt8 => "C",
        TypeId.Int16 => "s",
        TypeId.UInt16 => "S",
        TypeId.Int32 => "i",
        TypeId.UInt32 => "I",
        TypeId.Int64 => "l",
        TypeId.UInt64 => "L",
        TypeId.Float16 => "e",
        TypeId.Float32 => "f",
        TypeId.Float64 => "g",
        TypeId.Binary => "z",
        TypeId.LargeBinary => "Z",
        TypeId.BinaryView => "vz",
        TypeId.Utf8 => "u",
        TypeId.LargeUtf8 => "U",
        TypeId.Utf8View => "vu",
        TypeId.Decimal128 => $"d:{type.Precision},{type.Scale}",
        TypeId.Decimal32 or TypeId.Decimal64 or TypeId.Decimal256 =>
            $"d:{type.Precision},{type.Scale},{type.ByteWidth * 8}",
        TypeId.FixedSizeBinary => $"w:{type.FixedSize}",
        TypeId.Date32 => "tdD",
        TypeId.Date64 => "tdm",
        TypeId.Time32 or TypeId.Time64 => $"tt{Unit(type.Unit)}",
        TypeId.Timestamp => $"ts{Unit(type.Unit)}:{type.Timezone}",
        TypeId.Duration => $"tD{Unit(type.Unit)}",
        TypeId.IntervalYearMonth => "tiM",
        TypeId.IntervalDayTime => "tiD",
        TypeId.IntervalMonthDayNano => "tin",
        TypeId.List => "+l",
        TypeId.LargeList => "+L",
        TypeId.ListView => "+vl",
        TypeId.LargeListView => "+vL",
        TypeId.FixedSizeList => $"+w:{type.FixedSize}",
        TypeId.Struct => "+s",
        TypeId.Map => "+m",
        TypeId.SparseUnion => $"+us:{Codes(type)}",
        TypeId.DenseUnion => $"+ud:{Codes(type)}",
        TypeId.RunEndEncoded => "+r",
        TypeId.Dictionary => Write(type.IndexType!),
        _ => throw new NotSupportedException($"Type has no C form: {type}."),
    };

    /// <summary>Reads a type whose children are known.</summary>
    /// <exception cref="CDataException">It is none.</exception>
    public static DataType Read(string format, Field[] children, bool keysSorted)
    {
        DataType? type = format.Length == 0 ? null : format[0] switch
        {
            '+' => ReadNested(format, children, keysSorted),
            't' => ReadTemporal(format),
            'd' => ReadDecimal(format),
            _ => ReadPlain(format),
        };
        int wanted = type is null ? 0 : type.Children.Count;
        return type is not null && wanted == children.Length
            ? type
            : throw new CDataException($"Format is unknown, or has a wrong number of children: '{format}', {children.Length}.");
    }

    private static DataType? ReadPlain(string format) => format switch
    {
        "n" => DataType.Null,
        "b" => DataType.Bool,
        "c" => DataType.Int8,
        "C" => new DataType(TypeId.UInt8),
        "s" => DataType.Int16,
        "S" => new DataType(TypeId.UInt16),
        "i" => DataType.Int32,
        "I" => new DataType(TypeId.UInt32),
        "l" => DataType.Int64,
        "L" => new DataType(TypeId.UInt64),
        "e" => DataType.Float16,
        "f" => DataType.Float32,
        "g" => DataType.Float64,
        "z" => DataType.Binary,
        "Z" => DataType.LargeBinary,
        "vz" => DataType.BinaryView,
        "u" => DataType.Utf8,
        "U" => DataType.LargeUtf8,
        "vu" => DataType.Utf8View,
        _ when format.StartsWith("w:", StringComparison.Ordinal) && Number(format.AsSpan(2)) is >= 0 and int bytes =>
            DataType.FixedSizeBinary(bytes),
        _ => null,
    };

    private static DataType? ReadDecimal(string format)
    {
        string[] parts = format.StartsWith("d:", StringComparison.Ordinal) ? format[2..].Split(',') : [];
        if (parts.Length is not (2 or 3) || Number(parts[0]) is not (>= 1 and int precision)
            || Number(parts[1]) is not (>= -1000 and <= 1000 and int scale))
        {
            return null;
        }

        return (parts.Length == 2 ? 128 : Number(parts[2])) switch
        {
            32 when precision <= 9 => DataType.Decimal32(precision, scale),
            64 when precision <= 18 => DataType.Decimal64(precision, scale),
            128 when precision <= 38 => DataType.Decimal128(precision, scale),
            256 when precision <= 76 => DataType.Decimal256(precision, scale),
            _ => null,
        };
    }

    private static DataType? ReadTemporal(string format)
    {
        if (format.Length >= 4 && format.StartsWith("ts", StringComparison.Ordinal) && format[3] == ':'
            && Unit(format[2]) is TimeUnit stamp)
        {
            return DataType.Timestamp(stamp, format.Length == 4 ? null : format[4..]);
        }

        return format switch
        {
            "tdD" => DataType.Date32,
            "tdm" => new DataType(TypeId.Date64),
            "tts" or "ttm" => DataType.Time32(Unit(format[2])!.Value),
            "ttu" or "ttn" => DataType.Time64(Unit(format[2])!.Value),
            "tDs" or "tDm" or "tDu" or "tDn" => DataType.Duration(Unit(format[2])!.Value),
            "tiM" => new DataType(TypeId.IntervalYearMonth),
            "tiD" => new DataType(TypeId.IntervalDayTime),
            "tin" => new DataType(TypeId.IntervalMonthDayNano),
            _ => null,
        };
    }

    private static DataType? ReadNested(string format, Field[] children, bool keysSorted) => format switch
    {
        "+s" => DataType.Struct(children),
        "+l" when children.Length == 1 => DataType.List(children[0]),
        "+L" when children.Length == 1 => DataType.LargeList(children[0]),
        "+vl" when children.Length == 1 => DataType.ListView(children[0]),
        "+vL" when children.Length == 1 => DataType.LargeListView(children[0]),
        "+m" when children is [{ Type: { Id: TypeId.Struct, Children.Count: 2 } }] =>
            new DataType(TypeId.Map) { Children = [children[0]], IsOrdered = keysSorted },
        "+r" when children is [{ Type.Id: TypeId.Int16 or TypeId.Int32 or TypeId.Int64 }, _] =>
            new DataType(TypeId.RunEndEncoded) { Children = ValueList.Create<Field>(children) },
        _ when format.StartsWith("+w:", StringComparison.Ordinal) && children.Length == 1
            && Number(format.AsSpan(3)) is >= 0 and int size => DataType.FixedSizeList(children[0], size),
        _ when format.StartsWith("+us:", StringComparison.Ordinal) && Codes(format[4..], children.Length) is { } codes =>
            DataType.SparseUnion(children, codes),
        _ when format.StartsWith("+ud:", StringComparison.Ordinal) && Codes(format[4..], children.Length) is { } codes =>
            DataType.DenseUnion(children, codes),
        _ => null,
    };

    private static string Codes(DataType type)
    {
        var text = new StringBuilder();
        foreach (sbyte code in type.TypeCodes)
        {
            text.Append(text.Length == 0 ? string.Empty : ",").Append(code);
        }

        return text.ToString();
    }

    private static sbyte[]? Codes(string text, int count)
    {
        string[] parts = text.Length == 0 ? [] : text.Split(',');
        var codes = new sbyte[parts.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            if (Number(parts[i]) is not (>= 0 and <= sbyte.MaxValue and int code)
                || Array.IndexOf(codes, (sbyte)code, 0, i) >= 0)
            {
                return null;
            }

            codes[i] = (sbyte)code;
        }

        return codes.Length == count ? codes : null;
    }

    private static int? Number(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static char Unit(TimeUnit unit) => "smun"[(int)unit];

    private static TimeUnit? Unit(char letter) =>
        "smun".IndexOf(letter, StringComparison.Ordinal) is >= 0 and int unit ? (TimeUnit)unit : null;
}
