using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.RegularExpressions;
using ColumnStream.Arrow.Types;

namespace ColumnStream.Server.State;

/// <summary>Reads the types that checkpoints write down as text: <c>int64</c>, <c>decimal128(20, 3)</c>, <c>timestamp[ms, UTC]</c>.</summary>
internal static partial class StateTypes
{
    private static readonly Dictionary<string, DataType> s_plain = new DataType[]
    {
        DataType.Bool, DataType.Int8, DataType.Int16, DataType.Int32, DataType.Int64, DataType.UInt8, DataType.UInt16,
        DataType.Float32, DataType.Float64, DataType.Utf8View, DataType.BinaryView, DataType.Date32,
        DataType.Time32(TimeUnit.Millisecond),
    }.ToDictionary(static t => t.ToString(), StringComparer.Ordinal);

    /// <summary>Returns the type as it comes from a file, or null where SQL reads no such column.</summary>
    public static DataType? Parse(string text)
    {
        if (s_plain.TryGetValue(text, out DataType? plain))
        {
            return plain;
        }

        // A file's texts come as views.
        if (text is "utf8" or "binary")
        {
            return text == "utf8" ? DataType.Utf8View : DataType.BinaryView;
        }

        if (Decimal().Match(text) is { Success: true } digits)
        {
            return DataType.Decimal128(Number(digits, 1), Number(digits, 2));
        }

        if (Timestamp().Match(text) is not { Success: true } time)
        {
            return null;
        }

        TimeUnit unit = time.Groups[1].Value switch
        {
            "s" => TimeUnit.Second,
            "ms" => TimeUnit.Millisecond,
            "us" => TimeUnit.Microsecond,
            _ => TimeUnit.Nanosecond,
        };
        return DataType.Timestamp(unit, time.Groups[2].Success ? time.Groups[2].Value : null);
    }

    private static int Number(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^decimal(?:64|128)\((\d{1,2}), (\d{1,2})\)$")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"^timestamp\[(s|ms|us|ns)(?:, (.+))?\]$")]
    private static partial Regex Timestamp();
}
