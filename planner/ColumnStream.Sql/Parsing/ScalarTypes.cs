using System.Collections.Generic;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Parsing;

/// <summary>Maps the words of the scalar types, synonyms included, to types and back.</summary>
internal static class ScalarTypes
{
    private static readonly Dictionary<string, ScalarTypeName> s_types = new()
    {
        ["CHAR"] = ScalarTypeName.Char,
        ["CHARACTER"] = ScalarTypeName.Char,
        ["VARCHAR"] = ScalarTypeName.VarChar,
        ["STRING"] = ScalarTypeName.String,
        ["BOOLEAN"] = ScalarTypeName.Boolean,
        ["BINARY"] = ScalarTypeName.Binary,
        ["VARBINARY"] = ScalarTypeName.VarBinary,
        ["BYTES"] = ScalarTypeName.Bytes,
        ["DECIMAL"] = ScalarTypeName.Decimal,
        ["DEC"] = ScalarTypeName.Decimal,
        ["NUMERIC"] = ScalarTypeName.Decimal,
        ["TINYINT"] = ScalarTypeName.TinyInt,
        ["SMALLINT"] = ScalarTypeName.SmallInt,
        ["INT"] = ScalarTypeName.Int,
        ["INTEGER"] = ScalarTypeName.Int,
        ["BIGINT"] = ScalarTypeName.BigInt,
        ["FLOAT"] = ScalarTypeName.Float,
        ["DOUBLE"] = ScalarTypeName.Double,
        ["DATE"] = ScalarTypeName.Date,
        ["TIME"] = ScalarTypeName.Time,
        ["TIMESTAMP"] = ScalarTypeName.Timestamp,
        ["TIMESTAMP_LTZ"] = ScalarTypeName.TimestampLtz,
        ["VARIANT"] = ScalarTypeName.Variant,
        ["BITMAP"] = ScalarTypeName.Bitmap,
        ["DESCRIPTOR"] = ScalarTypeName.Descriptor,
        ["NULL"] = ScalarTypeName.Null,
    };

    public static IEnumerable<string> Names => s_types.Keys;

    public static ScalarTypeName? Find(string word) => s_types.TryGetValue(word, out ScalarTypeName name) ? name : null;

    /// <summary>Gives the word the printer writes.</summary>
    public static string NameOf(ScalarTypeName name) => name switch
    {
        ScalarTypeName.TimestampTz => "TIMESTAMP",
        ScalarTypeName.TimestampLtz => "TIMESTAMP_LTZ",
        _ => name.ToString().ToUpperInvariant(),
    };

    /// <summary>Says how many numbers may stand in parentheses behind the type.</summary>
    public static int ParameterCount(ScalarTypeName name) => name switch
    {
        ScalarTypeName.Decimal => 2,
        ScalarTypeName.Char or ScalarTypeName.VarChar or ScalarTypeName.Binary or ScalarTypeName.VarBinary => 1,
        ScalarTypeName.Time or ScalarTypeName.Timestamp or ScalarTypeName.TimestampTz => 1,
        ScalarTypeName.TimestampLtz => 1,
        _ => 0,
    };
}
