using System;

namespace ColumnStream.Arrow.Ipc;

/// <summary>Says why bytes are not a readable Arrow stream or file, and where.</summary>
public sealed class IpcException : Exception
{
    /// <summary>Makes an error about the byte at <paramref name="position"/> of the stream or file.</summary>
    public IpcException(string message, long position, Exception? inner = null)
        : base($"{message} Byte {position}.", inner) => Position = position;

    /// <summary>Gets the position in stream or file that the error is about.</summary>
    public long Position { get; }

    /// <summary>Gets the type's name where the bytes may be sound but hold a type that is not read here.</summary>
    public string? UnsupportedType { get; init; }
}
