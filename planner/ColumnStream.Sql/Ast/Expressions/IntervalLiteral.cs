namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is an interval literal whose text fits its qualifier.</summary>
/// <param name="Text">The text between the quotes.</param>
/// <param name="Qualifier">The unit or range of units.</param>
/// <param name="Months">The signed number of months; 0 for a day-time interval.</param>
/// <param name="Nanoseconds">The signed number of nanoseconds; 0 for a year-month interval.</param>
/// <param name="IsNegated">Whether a minus stands before the quote; the numbers have it applied.</param>
public sealed record IntervalLiteral(
    string Text,
    IntervalQualifier Qualifier,
    long Months,
    long Nanoseconds,
    bool IsNegated = false) : Expression;
