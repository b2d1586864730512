using System;

namespace ColumnStream.Aliyun.Oss;

/// <summary>Names an upload in parts that was begun and neither completed nor given up.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="UploadId">The upload.</param>
/// <param name="Started">When it was begun, by the server's clock.</param>
public sealed record OssPendingUpload(string Key, string UploadId, DateTimeOffset Started);
