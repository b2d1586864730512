namespace ColumnStream.Aliyun.Oss;

/// <summary>Is an uploaded part of an object that does not exist yet.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="ETag">What the server calls its content, quotes included.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Crc64">The CRC-64 of its bytes.</param>
public sealed record OssPart(int Number, string ETag, long Length, ulong Crc64);
