namespace ColumnStream.Sql.Ast.Queries;

/// <summary>Names a place where the next match may begin.</summary>
public enum SkipKind
{
    /// <summary>Is <c>SKIP PAST LAST ROW</c>.</summary>
    PastLastRow,

    /// <summary>Is <c>SKIP TO NEXT ROW</c>.</summary>
    ToNextRow,

    /// <summary>Is <c>SKIP TO FIRST variable</c>.</summary>
    ToFirst,

    /// <summary>Is <c>SKIP TO LAST variable</c>.</summary>
    ToLast,

    /// <summary>Is <c>SKIP TO variable</c>.</summary>
    ToVariable,
}
