namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Makes a map: <c>MAP[k1, v1, k2, v2]</c>.</summary>
public sealed record MapConstructor(EquatableArray<MapEntry> Entries) : Expression;
