namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Is a date, time or timestamp literal; its text has not been checked against the calendar.</summary>
public sealed record TemporalLiteral(TemporalKind Kind, string Text) : Expression;
