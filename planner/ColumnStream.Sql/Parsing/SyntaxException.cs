using System;

namespace ColumnStream.Sql.Parsing;

/// <summary>Carries one error from where it is found to the loop over statements; it never leaves the parser.</summary>
internal sealed class SyntaxException(SqlDiagnostic? diagnostic) : Exception
{
    /// <summary>Gets the error, or null when the lexer has reported it already.</summary>
    public SqlDiagnostic? Diagnostic { get; } = diagnostic;
}
