namespace ColumnStream.Engine.Storage;

/// <summary>Is a part of an upload that has arrived.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="ETag">What the bucket calls its content.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Crc64">The CRC-64 of its bytes.</param>
public sealed record UploadedPart(int Number, string ETag, long Length, ulong Crc64);
