using System;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Tells what is known of an object.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="ETag">What the server calls this content, quotes included.</param>
/// <param name="Modified">When it was written, by the server's clock.</param>
/// <param name="Crc64">The CRC-64 of its bytes, or null where the answer does not hold it: lists do not.</param>
public sealed record OssObject(string Key, long Length, string ETag, DateTimeOffset Modified, ulong? Crc64);
