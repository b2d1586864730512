using System.Globalization;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints CREATE TABLE; keys and watermarks stand behind the columns.</summary>
internal sealed class CreateTablePrinter(SqlWriter writer)
{
    private readonly QueryPrinter _queries = new(writer);

    public void Print(CreateTableStatement table)
    {
        writer.Add(table.Mode switch
        {
            CreateMode.Create => "CREATE ",
            CreateMode.CreateOrReplace => "CREATE OR REPLACE ",
            _ => "REPLACE ",
        });
        writer.AddIf(table.IsTemporary, "TEMPORARY ").Add("TABLE ");
        PrintHead(table);
        if (table.Like is { } like)
        {
            PrintLike(like);
        }

        PrintQuery(table);
    }

    /// <summary>Prints from the name to the options.</summary>
    public void PrintHead(CreateTableStatement table)
    {
        writer.AddIf(table.IfNotExists, "IF NOT EXISTS ").Name(table.Name);
        PrintElements(table);
        writer.Comment(table.Comment);
        if (table.Distribution is { } distribution)
        {
            PrintDistribution(distribution);
        }

        if (!table.PartitionedBy.IsEmpty)
        {
            writer.Add(" PARTITIONED BY ").Names(table.PartitionedBy);
        }

        if (!table.Options.IsEmpty)
        {
            writer.Add(" WITH ");
            _queries.Tables.PrintOptions(table.Options);
        }
    }

    public void PrintQuery(CreateTableStatement table)
    {
        if (table.AsQuery is { } query)
        {
            writer.Add(" AS ");
            _queries.Print(query);
        }
    }

    public void PrintColumn(ColumnDefinition column)
    {
        writer.Name(column.Name);
        switch (column)
        {
            case ComputedColumn computed:
                writer.Add(" AS ");
                _queries.Expressions.Print(computed.Expression);
                break;
            case MetadataColumn metadata:
                writer.Add(" ");
                _queries.Expressions.Types.Print(metadata.Type);
                writer.Add(" METADATA");
                if (metadata.Key is { } key)
                {
                    writer.Add(" FROM ").String(key.Value);
                }

                writer.AddIf(metadata.IsVirtual, " VIRTUAL");
                break;
            case PhysicalColumn physical:
                writer.Add(" ");
                _queries.Expressions.Types.Print(physical.Type);
                break;
        }

        writer.Comment(column.Comment);
    }

    private void PrintElements(CreateTableStatement table)
    {
        if (table.Columns.IsEmpty && table.PrimaryKeys.IsEmpty && table.Watermarks.IsEmpty)
        {
            return;
        }

        string separator = " (";
        foreach (ColumnDefinition column in table.Columns)
        {
            writer.Add(separator);
            PrintColumn(column);
            separator = ", ";
        }

        foreach (PrimaryKeyDefinition key in table.PrimaryKeys)
        {
            writer.Add(separator);
            PrintKey(key);
            separator = ", ";
        }

        foreach (WatermarkDefinition watermark in table.Watermarks)
        {
            writer.Add(separator);
            PrintWatermark(watermark);
            separator = ", ";
        }

        writer.Add(")");
    }

    public void PrintKey(PrimaryKeyDefinition key)
    {
        if (key.Name is { } name)
        {
            writer.Add("CONSTRAINT ").Name(name).Add(" ");
        }

        writer.Add(key.IsUnique ? "UNIQUE " : "PRIMARY KEY ").Names(key.Columns);
        writer.Add(key.IsEnforced ? " ENFORCED" : " NOT ENFORCED");
    }

    public void PrintWatermark(WatermarkDefinition watermark)
    {
        writer.Add("WATERMARK FOR ").Name(watermark.Column).Add(" AS ");
        _queries.Expressions.Print(watermark.Expression);
    }

    private void PrintDistribution(DistributionClause distribution)
    {
        writer.Add(" DISTRIBUTED");
        PrintDistributionBody(distribution);
    }

    public void PrintDistributionBody(DistributionClause distribution)
    {
        if (!distribution.Columns.IsEmpty)
        {
            writer.Add(distribution.Kind switch
            {
                DistributionKind.Hash => " BY HASH",
                DistributionKind.Range => " BY RANGE",
                _ => " BY ",
            }).Names(distribution.Columns);
        }

        if (distribution.BucketCount is { } count)
        {
            writer.Add(" INTO ").Add(count.ToString(CultureInfo.InvariantCulture)).Add(" BUCKETS");
        }
    }

    private void PrintLike(LikeClause like)
    {
        writer.Add(" LIKE ").Name(like.Table);
        if (!like.Options.IsEmpty)
        {
            writer.Add(" (").List(like.Options, PrintLikeOption).Add(")");
        }
    }

    private void PrintLikeOption(LikeOption option) =>
        writer.Add($"{option.Mode.ToString().ToUpperInvariant()} {option.Feature.ToString().ToUpperInvariant()}");
}
