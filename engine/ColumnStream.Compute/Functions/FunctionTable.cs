using System;
using System.Collections.Frozen;
using System.Collections.Generic;

namespace ColumnStream.Compute.Functions;

/// <summary>
/// Lists every scalar function and operator, sorted by name inside each group: one file and one line each.
/// </summary>
public static class FunctionTable
{
    /// <summary>Gets all functions, in table order.</summary>
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        Access.FieldAccess.Definition,
        Access.Item.Definition,

        Arithmetic.Add.Definition,
        Arithmetic.Divide.Definition,
        Arithmetic.Modulo.Definition,
        Arithmetic.Multiply.Definition,
        Arithmetic.Negate.Definition,
        Arithmetic.Subtract.Definition,

        Collection.ArrayAppend.Definition,
        Collection.ArrayConcat.Definition,
        Collection.ArrayContains.Definition,
        Collection.ArrayDistinct.Definition,
        Collection.ArrayExcept.Definition,
        Collection.ArrayIntersect.Definition,
        Collection.ArrayJoin.Definition,
        Collection.ArrayMax.Definition,
        Collection.ArrayMin.Definition,
        Collection.ArrayPosition.Definition,
        Collection.ArrayPrepend.Definition,
        Collection.ArrayRemove.Definition,
        Collection.ArrayReverse.Definition,
        Collection.ArraySlice.Definition,
        Collection.ArraySort.Definition,
        Collection.ArrayUnion.Definition,
        Collection.Cardinality.Definition,
        Collection.Element.Definition,
        Collection.MapEntries.Definition,
        Collection.MapFromArrays.Definition,
        Collection.MapKeys.Definition,
        Collection.MapUnion.Definition,
        Collection.MapValues.Definition,
        Collection.Split.Definition,

        Catalog.CurrentDatabase.Definition,

        Comparison.Between.Definition,
        Comparison.Equal.Definition,
        Comparison.Greater.Definition,
        Comparison.GreaterOrEqual.Definition,
        Comparison.In.Definition,
        Comparison.IsDistinctFrom.Definition,
        Comparison.IsNotDistinctFrom.Definition,
        Comparison.Less.Definition,
        Comparison.LessOrEqual.Definition,
        Comparison.Like.Definition,
        Comparison.NotEqual.Definition,
        Comparison.SimilarTo.Definition,

        Conditional.Coalesce.Definition,
        Conditional.Greatest.Definition,
        Conditional.If.Definition,
        Conditional.IfNull.Definition,
        Conditional.IsAlpha.Definition,
        Conditional.IsDecimal.Definition,
        Conditional.IsDigit.Definition,
        Conditional.Least.Definition,
        Conditional.NullIf.Definition,
        Conditional.SingleRow.Definition,

        Construction.ArrayOf.Definition,
        Construction.MapOf.Definition,
        Construction.RowOf.Definition,

        Conversion.TypeOf.Definition,

        Hashing.Md5.Definition,
        Hashing.Sha1.Definition,
        Hashing.Sha2.Definition,
        Hashing.Sha224.Definition,
        Hashing.Sha256.Definition,
        Hashing.Sha384.Definition,
        Hashing.Sha512.Definition,

        Json.IsJson.Array,
        Json.IsJson.Object,
        Json.IsJson.Scalar,
        Json.IsJson.Value,
        Json.JsonArray.Definition,
        Json.JsonExists.Definition,
        Json.JsonObject.Definition,
        Json.JsonQuery.Definition,
        Json.JsonString.Definition,
        Json.JsonValue.Definition,

        Logical.And.Definition,
        Logical.IsFalse.Definition,
        Logical.IsNotFalse.Definition,
        Logical.IsNotNull.Definition,
        Logical.IsNotTrue.Definition,
        Logical.IsNull.Definition,
        Logical.IsTrue.Definition,
        Logical.Not.Definition,
        Logical.Or.Definition,

        Numeric.Abs.Definition,
        Numeric.Acos.Definition,
        Numeric.Asin.Definition,
        Numeric.Atan.Definition,
        Numeric.Atan2.Definition,
        Numeric.Bin.Definition,
        Numeric.BitAnd.Definition,
        Numeric.Ceil.Definition,
        Numeric.Cos.Definition,
        Numeric.Cosh.Definition,
        Numeric.Cot.Definition,
        Numeric.Degrees.Definition,
        Numeric.EulerNumber.Definition,
        Numeric.Exp.Definition,
        Numeric.Floor.Definition,
        Numeric.Hex.Definition,
        Numeric.Ln.Definition,
        Numeric.Log.Definition,
        Numeric.Log10.Definition,
        Numeric.Log2.Definition,
        Numeric.Pi.Definition,
        Numeric.Power.Definition,
        Numeric.Radians.Definition,
        Numeric.Rand.Definition,
        Numeric.RandInteger.Definition,
        Numeric.Round.Definition,
        Numeric.Sign.Definition,
        Numeric.Sin.Definition,
        Numeric.Sinh.Definition,
        Numeric.Sqrt.Definition,
        Numeric.Tan.Definition,
        Numeric.Tanh.Definition,
        Numeric.Truncate.Definition,
        Numeric.Unhex.Definition,

        Regexp.RegexpCount.Definition,
        Regexp.RegexpExtract.Definition,
        Regexp.RegexpExtractAll.Definition,
        Regexp.RegexpFunction.Definition,
        Regexp.RegexpInstr.Definition,
        Regexp.RegexpReplace.Definition,
        Regexp.RegexpSubstr.Definition,

        Temporal.ConvertTz.Definition,
        Temporal.CurrentDate.Definition,
        Temporal.CurrentRowTimestamp.Definition,
        Temporal.CurrentTimestamp.Definition,
        Temporal.CurrentWatermark.Definition,
        Temporal.DateFormat.Definition,
        Temporal.DayOfMonth.Definition,
        Temporal.DayOfWeek.Definition,
        Temporal.DayOfYear.Definition,
        Temporal.Extract.Definition,
        Temporal.FromUnixTime.Definition,
        Temporal.Hour.Definition,
        Temporal.LocalTime.Definition,
        Temporal.LocalTimestamp.Definition,
        Temporal.Minute.Definition,
        Temporal.Month.Definition,
        Temporal.Proctime.Definition,
        Temporal.Quarter.Definition,
        Temporal.Second.Definition,
        Temporal.TimestampAdd.Definition,
        Temporal.TimestampDiff.Definition,
        Temporal.ToDate.Definition,
        Temporal.ToTimestamp.Definition,
        Temporal.ToTimestampLtz.Definition,
        Temporal.UnixTimestamp.Definition,
        Temporal.Week.Definition,
        Temporal.Year.Definition,

        Text.AsciiCode.Definition,
        Text.BTrim.Definition,
        Text.CharLength.Definition,
        Text.Chr.Definition,
        Text.Concat.Definition,
        Text.ConcatOperator.Definition,
        Text.ConcatWs.Definition,
        Text.Decode.Definition,
        Text.Elt.Definition,
        Text.Encode.Definition,
        Text.EndsWith.Definition,
        Text.FromBase64.Definition,
        Text.HashCode.Definition,
        Text.InStr.Definition,
        Text.InitCap.Definition,
        Text.JsonQuote.Definition,
        Text.JsonUnquote.Definition,
        Text.LPad.Definition,
        Text.LTrim.Definition,
        Text.Left.Definition,
        Text.Locate.Definition,
        Text.Lower.Definition,
        Text.OctetLength.Definition,
        Text.Overlay.Definition,
        Text.ParseUrl.Definition,
        Text.Position.Definition,
        Text.Printf.Definition,
        Text.RPad.Definition,
        Text.RTrim.Definition,
        Text.Repeat.Definition,
        Text.Replace.Definition,
        Text.Reverse.Definition,
        Text.Right.Definition,
        Text.SplitIndex.Definition,
        Text.StartsWith.Definition,
        Text.StrToMap.Definition,
        Text.Substring.Definition,
        Text.ToBase64.Definition,
        Text.Translate.Definition,
        Text.Trim.Definition,
        Text.Upper.Definition,
        Text.UrlDecode.Definition,
        Text.UrlEncode.Definition,
        Text.Uuid.Definition,
    ];

    // Stands below the list: static members initialise in the order of the file.
    private static readonly FrozenDictionary<string, ScalarFunction> ByName = Index();

    /// <summary>Gets all names and aliases.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Finds a function by name or alias, without regard to case.</summary>
    public static ScalarFunction? Find(string name) => ByName.GetValueOrDefault(name);

    private static FrozenDictionary<string, ScalarFunction> Index()
    {
        var index = new Dictionary<string, ScalarFunction>(StringComparer.OrdinalIgnoreCase);
        foreach (ScalarFunction function in All)
        {
            index.Add(function.Name, function);
            foreach (string alias in function.Aliases)
            {
                index.Add(alias, function);
            }
        }

        return index.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
    }
}
