using System;

namespace ColumnStream.Engine.Storage;

/// <summary>Tells what a bucket knows of an object.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="ETag">What the bucket calls this content.</param>
/// <param name="Modified">When it was written, by the clock of the bucket.</param>
public sealed record BucketObject(string Key, long Length, string ETag, DateTimeOffset Modified);
