using System;

namespace ColumnStream.Engine.Storage;

/// <summary>Tells what a store knows of an object.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Modified">When it was made, by the clock of the store.</param>
/// <param name="Checksum">Its checksum, or null where the store does not keep one.</param>
public sealed record ObjectInfo(string Name, long Length, DateTimeOffset Modified, ObjectChecksum? Checksum);
