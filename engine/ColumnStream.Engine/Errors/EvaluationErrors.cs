using System;
using ColumnStream.Compute;

namespace ColumnStream.Engine.Errors;

/// <summary>Turns failures of expressions into errors for the user.</summary>
public static class EvaluationErrors
{
    /// <summary>Names the expression's place in the SQL text before the reason.</summary>
    public static UserException ToUser(EvaluationException error)
    {
        int code = error.Failure == EvaluationFailure.TextLength ? 4003 : 4001;
        string place = error.Location.Text is null ? string.Empty : $"{error.Location}: error CST{code}: ";
        return new(code, place + error.Message, error);
    }

    /// <summary>Names the place of a failing expression; a full account stays what it is.</summary>
    public static Exception ToUser(Exception error) => error is EvaluationException failed ? ToUser(failed) : error;
}
