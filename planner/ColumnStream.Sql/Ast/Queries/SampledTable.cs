using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Takes a random part of a table: <c>t TABLESAMPLE BERNOULLI (10) REPEATABLE (1)</c>.</summary>
/// <param name="Input">The table.</param>
/// <param name="Method">The word BERNOULLI, SYSTEM or SUBSTITUTE.</param>
/// <param name="Amount">The percentage, or the name of SUBSTITUTE as a string.</param>
/// <param name="Seed">The number of REPEATABLE, or null.</param>
public sealed record SampledTable(
    TableReference Input,
    SampleMethod Method,
    Expression Amount,
    Expression? Seed = null) : TableReference;
