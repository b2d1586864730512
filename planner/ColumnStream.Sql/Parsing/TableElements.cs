using System.Collections.Generic;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Parsing;

/// <summary>Collects what stands in the parentheses of CREATE TABLE.</summary>
internal sealed class TableElements
{
    public List<ColumnDefinition> Columns { get; } = [];

    public List<PrimaryKeyDefinition> PrimaryKeys { get; } = [];

    public List<WatermarkDefinition> Watermarks { get; } = [];
}
