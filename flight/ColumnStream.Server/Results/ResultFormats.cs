using System;

namespace ColumnStream.Server.Results;

/// <summary>Reads result formats from the command line.</summary>
internal static class ResultFormats
{
    /// <summary>Returns the named format, or null when nothing was named.</summary>
    public static ResultFormat? Parse(string? name) =>
        name is null ? null : Enum.Parse<ResultFormat>(name, ignoreCase: true);
}
