using System;

namespace ColumnStream.Connectors.Formats;

/// <summary>Describes one record that could not be decoded: where it stands, which field and what is wrong.</summary>
/// <param name="File">The split's name as given at its begin.</param>
/// <param name="Offset">Byte offset of the record's first byte in the split; with the file, its identity.</param>
/// <param name="Line">Line of the record, from 1.</param>
/// <param name="Column">Byte position of the fault in the line, from 1.</param>
/// <param name="Code">What kind of fault.</param>
/// <param name="Field">Path of the field, such as <c>flight.delay</c>, or empty.</param>
/// <param name="Detail">What was expected and what was found.</param>
/// <param name="Raw">A copy of the record without its line end; cut at 64 KiB for records that are too large.</param>
public sealed record DecodeError(
    string File,
    long Offset,
    long Line,
    int Column,
    DecodeErrorCode Code,
    string Field,
    string Detail,
    ReadOnlyMemory<byte> Raw)
{
    /// <summary>Prints the error as <c>file:line:column: field 'name': detail</c>.</summary>
    public override string ToString() => Field.Length == 0
        ? $"{File}:{Line}:{Column}: {Detail}"
        : $"{File}:{Line}:{Column}: field '{Field}': {Detail}";
}
