using System;
using System.IO.Pipelines;
using System.Text;
using System.Threading;
using System.Threading.Tasks;
using Microsoft.AspNetCore.Connections;

namespace ColumnStream.Flight.Hosting;

/// <summary>Tells a client without TLS why its connection is refused, as HTTP/2 does: GOAWAY with a text. Few at a time, the others just go.</summary>
internal sealed class Farewell(TimeProvider time)
{
    private const int MostAtOnce = 16;
    private const byte EnhanceYourCalm = 11;
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(250);
    private int _running;

    /// <summary>Says it, where there is room, and ends the connection.</summary>
    public async Task SayAsync(ConnectionContext connection, string text)
    {
        try
        {
            if (Interlocked.Increment(ref _running) <= MostAtOnce)
            {
                using var limit = new CancellationTokenSource(s_limit, time);
                await SayAsync(connection.Transport, text, limit.Token).ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or System.IO.IOException)
        {
            // It does not listen.
        }
        finally
        {
            Interlocked.Decrement(ref _running);
            connection.Abort(new ConnectionAbortedException(text));
        }
    }

    private static async Task SayAsync(IDuplexPipe pipe, string text, CancellationToken limit)
    {
        // What it sent is read first and on: closing in front of unread bytes would take the frames back.
        pipe.Input.AdvanceTo((await pipe.Input.ReadAsync(limit).ConfigureAwait(false)).Buffer.End);
        byte[] reason = Encoding.ASCII.GetBytes(text);
        byte[] settings = [0, 0, 0, 4, 0, 0, 0, 0, 0];
        byte[] leaving = [0, 0, (byte)(8 + reason.Length), 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, EnhanceYourCalm];
        await pipe.Output.WriteAsync((byte[])[.. settings, .. leaving, .. reason], limit).ConfigureAwait(false);
        ReadResult rest;
        do
        {
            rest = await pipe.Input.ReadAsync(limit).ConfigureAwait(false);
            pipe.Input.AdvanceTo(rest.Buffer.End);
        }
        while (!rest.IsCompleted);
    }
}
