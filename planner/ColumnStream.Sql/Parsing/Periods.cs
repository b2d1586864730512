using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Parsing;

/// <summary>Reads and names the comparisons of periods, whose words are names elsewhere.</summary>
internal static class Periods
{
    /// <summary>Says whether a comparison of periods begins here: its words, and then the begin of an operand.</summary>
    public static bool IsAhead(TokenCursor cursor)
    {
        int length = LengthOf(cursor);
        Token behind = cursor.Peek(length);
        return length > 0 && (behind.Kind is TokenKind.OpenParenthesis || NameParser.IsName(behind)
            || TokenCursor.IsWord(behind, "ROW"));
    }

    /// <summary>Reads the words of a comparison that is ahead.</summary>
    public static PeriodPredicate Parse(TokenCursor cursor)
    {
        bool isImmediate = cursor.Accept("IMMEDIATELY");
        return cursor.Next().Text switch
        {
            "OVERLAPS" => PeriodPredicate.Overlaps,
            "CONTAINS" => PeriodPredicate.Contains,
            "EQUALS" => PeriodPredicate.EqualTo,
            "PRECEDES" => isImmediate ? PeriodPredicate.ImmediatelyPrecedes : PeriodPredicate.Precedes,
            _ => isImmediate ? PeriodPredicate.ImmediatelySucceeds : PeriodPredicate.Succeeds,
        };
    }

    /// <summary>Gives the words the printer writes.</summary>
    public static string NameOf(PeriodPredicate predicate) => predicate switch
    {
        PeriodPredicate.Overlaps => "OVERLAPS",
        PeriodPredicate.Contains => "CONTAINS",
        PeriodPredicate.EqualTo => "EQUALS",
        PeriodPredicate.Precedes => "PRECEDES",
        PeriodPredicate.Succeeds => "SUCCEEDS",
        PeriodPredicate.ImmediatelyPrecedes => "IMMEDIATELY PRECEDES",
        _ => "IMMEDIATELY SUCCEEDS",
    };

    private static int LengthOf(TokenCursor cursor) => cursor.Current.Text switch
    {
        "OVERLAPS" or "CONTAINS" or "EQUALS" or "PRECEDES" or "SUCCEEDS" => 1,
        "IMMEDIATELY" when cursor.At("IMMEDIATELY", "PRECEDES") || cursor.At("IMMEDIATELY", "SUCCEEDS") => 2,
        _ => 0,
    };
}
