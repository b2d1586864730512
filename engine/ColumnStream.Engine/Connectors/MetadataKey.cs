using ColumnStream.Compute.Types;

namespace ColumnStream.Engine.Connectors;

/// <summary>Is something that a connector knows of a record beside its columns.</summary>
/// <param name="Key">The key of METADATA FROM.</param>
/// <param name="Type">The type that a column of it has.</param>
/// <param name="Doc">One sentence for help.</param>
/// <param name="CanWrite">Whether it can be written; otherwise a column of it is VIRTUAL in a table that is written.</param>
public sealed record MetadataKey(string Key, SqlType Type, string Doc, bool CanWrite = false);
