namespace ColumnStream.Engine.Storage;

/// <summary>Names an upload that was begun and neither completed nor given up.</summary>
/// <param name="Key">The key of the object that it would be.</param>
/// <param name="Id">The upload.</param>
public sealed record PendingUpload(string Key, string Id);
