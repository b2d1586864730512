using System.Collections.Generic;

namespace ColumnStream.Engine.Storage;

/// <summary>Names an upload whose bytes have all arrived: whoever holds this can make the object, also after a restart.</summary>
/// <param name="Id">The upload.</param>
/// <param name="Parts">Its parts, in order.</param>
/// <param name="Length">The bytes of the whole.</param>
/// <param name="Crc64">The CRC-64 of the whole.</param>
public sealed record PreparedUpload(string Id, IReadOnlyList<UploadedPart> Parts, long Length, ulong Crc64);
