namespace ColumnStream.Sql.Ast.Types;

/// <summary>Is <c>INTERVAL</c> with its units.</summary>
public sealed record IntervalTypeSyntax(IntervalQualifier Qualifier) : TypeSyntax;
