using System;
using System.Collections.Generic;
using System.Linq;

namespace ColumnStream.Sql;

/// <summary>Lists the words of the language for completion and help.</summary>
public static class SqlWords
{
    private static readonly string[] More =
    [
        "CATALOG", "CATALOGS", "COLUMNS", "COMMENT", "CUMULATE", "DATABASE", "DATABASES", "DESCRIPTOR", "ENFORCED", "EXISTS",
        "EXTENDED", "FUNCTION", "FUNCTIONS", "HOP", "IF", "KEY", "METADATA", "NULLS", "OVERWRITE", "PARTITIONED", "PLAN",
        "SESSION", "STATEMENT", "STRING", "TABLES", "TEMPORARY", "TIMESTAMP_LTZ", "TUMBLE", "VIEW", "VIEWS", "WATERMARK",
    ];

    /// <summary>Gets the words that may begin a statement, sorted.</summary>
    public static IReadOnlyList<string> Statements { get; } = [.. Parsing.Keywords.Statements.Order(StringComparer.Ordinal)];

    /// <summary>Gets the reserved words and those that stand in statements often, sorted.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. Parsing.Keywords.Reserved.Concat(More).Distinct().Order(StringComparer.Ordinal)];
}
