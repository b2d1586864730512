using System;
using System.IO;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Files;

/// <summary>Turns what the system says into errors that name the path.</summary>
internal static class FileErrors
{
    /// <summary>Number of the error for files that cannot be read or written.</summary>
    public const int Code = 5001;

    /// <summary>Runs <paramref name="deed"/>; a failure says what could not be done to which path, and why.</summary>
    public static T Guard<T>(string verb, string path, Func<T> deed)
    {
        try
        {
            return deed();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExternalException(Code, $"File cannot be {verb}: {path}. {e.Message}", retryable: false, e);
        }
    }
}
