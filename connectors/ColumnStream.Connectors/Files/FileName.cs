using System;

namespace ColumnStream.Connectors.Files;

/// <summary>Names one file: as the user wrote the path, for messages and checkpoints, and in full.</summary>
/// <param name="Name">The name under the path as written.</param>
/// <param name="Bytes">The size when it was listed.</param>
internal readonly record struct FileName(string Name, long Bytes)
{
    /// <summary>Gets when it was last changed.</summary>
    public DateTime Modified { get; init; }

    /// <summary>Tells whether readers must not see a file or folder of this name: <c>.x</c> and <c>_x</c>.</summary>
    public static bool IsHidden(ReadOnlySpan<char> name) =>
        name is not ("." or "..") && name.Length > 0 && name[0] is '.' or '_';
}
