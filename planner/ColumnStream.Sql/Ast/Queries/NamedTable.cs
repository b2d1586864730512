using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Refers to a table or view by name.</summary>
/// <param name="Name">The name of one to three parts.</param>
/// <param name="Alias">The alias, or null.</param>
/// <param name="Hints">The hints behind the name, such as OPTIONS.</param>
/// <param name="SystemTime">The time of FOR SYSTEM_TIME AS OF, or null.</param>
public sealed record NamedTable(
    QualifiedName Name,
    TableAlias? Alias = null,
    EquatableArray<Hint> Hints = default,
    Expression? SystemTime = null) : TableReference;
