namespace ColumnStream.Engine.Storage;

/// <summary>Names how a checksum of an object is made.</summary>
public enum ChecksumKind : byte
{
    /// <summary>CRC-32C: Castagnoli's polynomial, as processors compute it.</summary>
    Crc32C,

    /// <summary>CRC-64 of ECMA-182, reflected, as OSS gives it.</summary>
    Crc64,
}
