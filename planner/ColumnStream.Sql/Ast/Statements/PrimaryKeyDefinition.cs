namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>[CONSTRAINT name] PRIMARY KEY (...) [NOT] ENFORCED</c>.</summary>
public sealed record PrimaryKeyDefinition(Identifier? Name, EquatableArray<Identifier> Columns, bool IsEnforced)
    : SqlNode;
