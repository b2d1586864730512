namespace ColumnStream.Nexmark.Adverse;

/// <summary>Names what is wrong with an input.</summary>
internal enum AdverseKind
{
    /// <summary>Nothing: 10,000 keys equally often, in order, no NULL, batches of 4,096 rows.</summary>
    Clean,

    /// <summary>Keys by Zipf's law with exponent 1.5: the first has 38 % of the rows.</summary>
    HotKey,

    /// <summary>Ten million keys equally often, over five times the rows.</summary>
    ManyKeys,

    /// <summary>One row in ten is up to two seconds late, half the watermark's delay.</summary>
    Disorder,

    /// <summary>One key in five and one value in five is NULL.</summary>
    Nulls,

    /// <summary>Batches of one row.</summary>
    SingleRows,
}
