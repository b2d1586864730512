namespace ColumnStream.Sql;

/// <summary>Is one error of a script: what is wrong, where, and what to do.</summary>
/// <param name="Code">The number behind CST: 1xxx syntax, 2xxx binding, 3xxx plan.</param>
/// <param name="Message">What is wrong, full stop, then values.</param>
/// <param name="Span">The place to underline.</param>
/// <param name="Hint">The next step as a sentence, or null.</param>
public sealed record SqlDiagnostic(int Code, string Message, SourceSpan Span, string? Hint = null);
