using System;
using ColumnStream.Connectors.Formats;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;

namespace ColumnStream.Connectors.Files;

/// <summary>Reads formats of lines with positioned reads into the decoder's own blocks.</summary>
/// <param name="decoder">The decoder; owned.</param>
/// <param name="grows">Whether a last line without a line feed waits for its rest.</param>
/// <param name="onError">Handles a wrong record; returns what to throw, or null to go on.</param>
/// <param name="count">Counts bytes.</param>
internal sealed class LineCursor(
    BlockDecoder decoder, bool grows, Func<DecodeError, ColumnStreamException?> onError, Action<string, long> count)
    : FileCursor
{
    private ColumnStreamException? _failure;

    /// <inheritdoc/>
    public override bool IsReady(Action wake) => Content!.IsReady(decoder.ReadPosition, wake);

    /// <inheritdoc/>
    public override StreamBatch? Read()
    {
        while (_failure is null)
        {
            DecodeStatus status = decoder.Decode();
            if (status == DecodeStatus.Error)
            {
                _failure = onError(decoder.Error);
            }

            bool isPause = status == DecodeStatus.NeedInput && !Fill();
            if (isPause && !grows)
            {
                decoder.Complete();
                continue;
            }

            bool isDone = isPause || status == DecodeStatus.End;
            if (isDone || status == DecodeStatus.Full || _failure is not null)
            {
                StreamBatch? batch = decoder.Rows > 0 ? decoder.TakeRows() : null;
                if (batch is not null || isDone)
                {
                    return batch;
                }
            }
        }

        throw _failure;
    }

    /// <inheritdoc/>
    public override FilePosition Save(bool done)
    {
        // The decoder counts a line feed that the last line of a file may lack.
        long offset = Math.Min(decoder.Position, Content!.Length);
        return new FilePosition(offset, decoder.Line, offset, Content.Check(offset), done);
    }

    private protected override void Begin(string name, FilePosition position) =>
        decoder.Begin(name, position.Offset, position.Line);

    private protected override void Release() => decoder.Dispose();

    private bool Fill()
    {
        int read = Content!.Read(decoder.GetSpace(), decoder.ReadPosition);
        decoder.Advance(read);
        count("bytesRead", read);
        return read > 0;
    }
}
