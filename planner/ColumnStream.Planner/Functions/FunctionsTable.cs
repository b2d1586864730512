using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;

namespace ColumnStream.Planner.Functions;

/// <summary>Is <c>sys.functions</c>: one row a signature of every function and operator.</summary>
public sealed class FunctionsTable : SystemTable
{
    private static readonly SqlType Text = SqlType.String.WithNullable(false);

    /// <inheritdoc/>
    public override string Name => "functions";

    /// <inheritdoc/>
    public override string Doc => "Lists every function and operator, one row a signature.";

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns { get; } =
    [
        new("name", Text), new("kind", Text), new("family", Text), new("signature", Text), new("doc", Text),
        new("example", SqlType.String), new("volatility", Text),
    ];

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() =>
        from function in FunctionCatalog.All
        from signature in function.Signatures
        select new object?[]
        {
            function.Name,
            function.Kind.ToString().ToLowerInvariant(),
            function.Family,
            signature,
            function.Doc,
            function.Example.Length == 0 ? null : function.Example,
            function.Volatility.ToString().ToLowerInvariant(),
        };
}
