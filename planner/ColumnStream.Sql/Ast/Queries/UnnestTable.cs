using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Makes rows of the elements of collections: <c>UNNEST(a) [WITH ORDINALITY]</c>.</summary>
public sealed record UnnestTable(
    EquatableArray<Expression> Operands,
    bool WithOrdinality,
    TableAlias? Alias = null,
    bool IsLateral = false) : TableReference;
