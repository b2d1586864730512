using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Sql.Ast.Expressions;

/// <summary>Holds the clauses that only the JSON functions have; what was not written is null, empty or Default.</summary>
/// <param name="Passing">The variables of PASSING.</param>
/// <param name="Returning">The type of RETURNING.</param>
/// <param name="Wrapper">The wrapper of JSON_QUERY.</param>
/// <param name="OnEmpty">What stands before ON EMPTY.</param>
/// <param name="OnError">What stands before ON ERROR.</param>
/// <param name="OnNull">What JSON_OBJECT, JSON_ARRAY and their aggregates do with NULL values.</param>
public sealed record JsonClauses(
    EquatableArray<JsonPassing> Passing = default,
    TypeSyntax? Returning = null,
    JsonWrapper Wrapper = JsonWrapper.Default,
    JsonBehavior? OnEmpty = null,
    JsonBehavior? OnError = null,
    JsonNullHandling OnNull = JsonNullHandling.Default) : SqlNode;
