namespace ColumnStream.Sql;

/// <summary>Numbers the errors of syntax; a number, once given, is never changed.</summary>
public static class SyntaxErrorCode
{
    /// <summary>Reports a token where another was expected.</summary>
    public const int UnexpectedToken = 1001;

    /// <summary>Reports a first word that begins no statement.</summary>
    public const int UnknownStatement = 1002;

    /// <summary>Reports a statement or clause that exists in the dialect and cannot be run yet.</summary>
    public const int NotSupported = 1003;

    /// <summary>Reports a reserved word in the place of a name.</summary>
    public const int ReservedWord = 1004;

    /// <summary>Reports text behind the end of a statement.</summary>
    public const int MissingSemicolon = 1005;

    /// <summary>Reports a clause that stands twice.</summary>
    public const int DuplicateClause = 1006;

    /// <summary>Reports a character that no token begins with.</summary>
    public const int InvalidCharacter = 1010;

    /// <summary>Reports a string without its closing quote.</summary>
    public const int UnterminatedString = 1011;

    /// <summary>Reports a comment or hint without its end.</summary>
    public const int UnterminatedComment = 1012;

    /// <summary>Reports a quoted name without its closing quote.</summary>
    public const int UnterminatedName = 1013;

    /// <summary>Reports a bad escape in a Unicode string.</summary>
    public const int InvalidEscape = 1014;

    /// <summary>Reports a malformed number, or one too large.</summary>
    public const int InvalidNumber = 1015;

    /// <summary>Reports a binary literal that is not an even number of hexadecimal digits.</summary>
    public const int InvalidBinary = 1016;

    /// <summary>Reports an empty name, or one too long.</summary>
    public const int InvalidName = 1017;

    /// <summary>Reports an interval whose text does not fit its units.</summary>
    public const int InvalidInterval = 1018;

    /// <summary>Reports an unknown unit of time.</summary>
    public const int InvalidTimeUnit = 1019;

    /// <summary>Reports text nested deeper than <see cref="SqlLimits.MaxNesting"/>.</summary>
    public const int NestingTooDeep = 1050;

    /// <summary>Reports a chain longer than <see cref="SqlLimits.MaxTreeHeight"/>.</summary>
    public const int ChainTooLong = 1051;

    /// <summary>Reports a script longer than <see cref="SqlLimits.MaxScriptLength"/>.</summary>
    public const int ScriptTooLong = 1052;
}
