using System;
using ColumnStream.Arrow;

namespace ColumnStream.Flight;

/// <summary>Holds one message of a stream: a batch, the application's own bytes, or both.</summary>
/// <param name="Batch">The batch, owned by whoever received this, or null.</param>
/// <param name="AppMetadata">The application's bytes, or empty.</param>
public readonly record struct FlightBatch(RecordBatch? Batch, ReadOnlyMemory<byte> AppMetadata)
{
    /// <summary>Gets the bytes of the batch's body as they were sent.</summary>
    public long BodyBytes { get; init; }
}
