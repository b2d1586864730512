using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;

namespace ColumnStream.Server.Introspection.Schemas;

/// <summary>Is one table of <c>information_schema</c>, described by its columns and by what makes its rows.</summary>
/// <param name="name">Its name behind <c>information_schema.</c>.</param>
/// <param name="doc">One sentence for help.</param>
/// <param name="columns">The columns, with the names that SQL gives them.</param>
/// <param name="rows">Makes the rows when a query begins to read.</param>
internal sealed class SchemaTable(string name, string doc, ValueList<SqlField> columns, Func<IEnumerable<object?[]>> rows)
    : SystemTable
{
    /// <inheritdoc/>
    public override string Database => InformationSchema.Database;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override string Doc => doc;

    /// <inheritdoc/>
    public override ValueList<SqlField> Columns => columns;

    /// <inheritdoc/>
    public override IEnumerable<object?[]> Rows() => rows();
}
