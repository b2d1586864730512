using System;
using System.Buffers.Binary;
using System.Threading.Tasks;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Types;
using ColumnStream.Flight;

namespace ColumnStream.Microbench.Network;

/// <summary>Gives one batch again and again, and takes batches without looking at them.</summary>
internal sealed class BodyService(Schema schema, Func<int, RecordBatch> batchOf) : FlightService
{
    /// <summary>Writes as many batches of a size as the ticket says: two numbers of 32 bits.</summary>
    public override async Task DoGetAsync(ReadOnlyMemory<byte> ticket, FlightBatchWriter output, FlightCall call)
    {
        RecordBatch batch = batchOf(BinaryPrimitives.ReadInt32LittleEndian(ticket.Span));
        int count = BinaryPrimitives.ReadInt32LittleEndian(ticket.Span[4..]);
        await output.StartAsync(schema);
        for (int i = 0; i < count; i++)
        {
            await output.WriteAsync(batch);
        }
    }

    /// <summary>Reads to the end and answers once.</summary>
    public override async Task DoPutAsync(FlightBatchReader input, FlightResultWriter results, FlightCall call)
    {
        while (await input.ReadAsync() is { } message)
        {
            message.Batch?.Release();
        }

        await results.WriteAsync(default);
    }
}
