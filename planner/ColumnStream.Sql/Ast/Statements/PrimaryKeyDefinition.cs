namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>[CONSTRAINT name] PRIMARY KEY (...) [NOT] ENFORCED</c>, or UNIQUE in its place.</summary>
public sealed record PrimaryKeyDefinition(
    Identifier? Name,
    EquatableArray<Identifier> Columns,
    bool IsEnforced,
    bool IsUnique = false) : SqlNode;
