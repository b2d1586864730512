namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Names a method of sampling.</summary>
public enum SampleMethod
{
    /// <summary>Is <c>BERNOULLI</c>.</summary>
    Bernoulli,

    /// <summary>Is <c>SYSTEM</c>.</summary>
    System,

    /// <summary>Is <c>SUBSTITUTE</c>.</summary>
    Substitute,
}
