using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Security.Cryptography;
using System.Text;
using ColumnStream.Compute.Expressions;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Engine.Plan;

/// <summary>Names what is computed by what it is computed of, never by position.</summary>
public static class Lineage
{
    private const int LongestText = 256;

    /// <summary>Returns sixteen hexadecimal digits that stand for the parts.</summary>
    public static string Hash(params ReadOnlySpan<string> parts)
    {
        var text = new StringBuilder();
        foreach (string part in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"{part.Length}:").Append(part);
        }

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())))[..16];
    }

    /// <summary>Prints an expression with lineages for its columns; long ones as their hash.</summary>
    public static string Text(BoundExpression expression, IReadOnlyList<string> columns)
    {
        string text = expression switch
        {
            ColumnExpression column => columns[column.Index],
            LiteralExpression literal => $"{literal.Value ?? "NULL"}:{literal.Type.WithNullable(true)}",
            CastExpression cast => $"cast({Text(cast.Input, columns)},{cast.Type.WithNullable(true)},{cast.Try})",
            CallExpression call => $"{call.Function}({string.Join(',', call.Arguments.Select(a => Text(a, columns)))})",
            CaseExpression choice => "case(" + string.Join(',', choice.Branches.Select(
                b => $"{Text(b.Condition, columns)}:{Text(b.Value, columns)}"))
                + $",{(choice.Otherwise is null ? string.Empty : Text(choice.Otherwise, columns))})",
            _ => throw new InvariantException(9001, $"Expression is unknown: {expression.GetType().Name}."),
        };
        return expression is ColumnExpression || text.Length <= LongestText ? text : Hash(text);
    }

    /// <summary>Prints an aggregate with lineages for its arguments.</summary>
    public static string Text(AggregateCall call, IReadOnlyList<string> columns) =>
        $"{call.Function}({call.Distinct},{string.Join(',', call.Arguments.Select(a => columns[a]))}"
        + string.Concat(call.Constants.Select(c => $",{c}")) + (call.Nulls == NullRule.Default ? ")" : $") {call.Nulls}")
        + (call.Filter < 0 ? string.Empty : $" filter {columns[call.Filter]}");

    /// <summary>Returns the conditions that AND joins.</summary>
    public static IEnumerable<BoundExpression> Conjuncts(BoundExpression predicate) =>
        predicate is CallExpression { Function: "AND" } both ? both.Arguments.SelectMany(Conjuncts) : [predicate];

    /// <summary>Cuts the number off a uid that tells it from equal ones.</summary>
    public static string WithoutOrdinal(string uid)
    {
        int dash = uid.LastIndexOf('-');
        bool isNumbered = dash > 0 && dash < uid.Length - 1 && uid.Length - dash <= 5
            && uid.AsSpan(dash + 1).IndexOfAnyExceptInRange('0', '9') < 0;
        return isNumbered ? uid[..dash] : uid;
    }

    /// <summary>Keeps a text readable: what is too long ends in a hash of all of it.</summary>
    public static string Shortened(string text) =>
        text.Length <= LongestText ? text : $"{text[..(LongestText - 40)]}… #{Hash(text)}";
}
