using System.Globalization;

namespace ColumnStream.Engine.Storage;

/// <summary>Is a checksum over all bytes of an object.</summary>
/// <param name="Kind">How it is made.</param>
/// <param name="Value">Its value.</param>
public readonly record struct ObjectChecksum(ChecksumKind Kind, ulong Value)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Kind}:{Value:x}");
}
