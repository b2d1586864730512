namespace ColumnStream.Sql;

/// <summary>States how large a script may be; beyond, parsing ends with an error that names the limit.</summary>
public static class SqlLimits
{
    /// <summary>Limits the length of a script in UTF-16 units.</summary>
    public const int MaxScriptLength = 4 * 1024 * 1024;

    /// <summary>Limits how deep parentheses, calls, subqueries and types nest in the text.</summary>
    public const int MaxNesting = 200;

    /// <summary>
    /// Limits the height of a tree, so that a left-leaning chain of operators, set operations or joins, which the
    /// parser reads in a loop, cannot overflow the stack of a recursive consumer. AND and OR are flat lists and
    /// add one level for any number of operands.
    /// </summary>
    public const int MaxTreeHeight = 400;

    /// <summary>Limits the number of errors reported for one script.</summary>
    public const int MaxDiagnostics = 100;

    /// <summary>Limits the length of one identifier.</summary>
    public const int MaxIdentifierLength = 256;
}
