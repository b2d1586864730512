namespace ColumnStream.Sql.Ast.Statements;

/// <summary>Is <c>LIKE table (INCLUDING ..., EXCLUDING ...)</c>.</summary>
public sealed record LikeClause(QualifiedName Table, EquatableArray<LikeOption> Options) : SqlNode;
