using ColumnStream.Compute;

namespace ColumnStream.Engine.Errors;

/// <summary>Turns failures of expressions into errors for the user.</summary>
public static class EvaluationErrors
{
    /// <summary>Names the expression's place in the SQL text before the reason.</summary>
    public static UserException ToUser(EvaluationException error) =>
        new(4001, error.Location.Text is null ? error.Message : $"{error.Location}: error CST4001: {error.Message}", error);
}
