using System;
using System.IO;
using ColumnStream.Arrow;
using ColumnStream.Connectors.Formats;
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
    public override RecordBatch? Read()
    {
        while (_failure is null)
        {
            switch (decoder.Decode())
            {
                case DecodeStatus.Full:
                    return decoder.TakeBatch();
                case DecodeStatus.Error:
                    _failure = onError(decoder.Error);
                    if (_failure is not null && decoder.Rows > 0)
                    {
                        return decoder.TakeBatch();
                    }

                    break;
                case DecodeStatus.NeedInput:
                    if (Fill())
                    {
                        break;
                    }

                    if (grows)
                    {
                        return decoder.Rows > 0 ? decoder.TakeBatch() : null;
                    }

                    decoder.Complete();
                    break;
                default:
                    return decoder.Rows > 0 ? decoder.TakeBatch() : null;
            }
        }

        throw _failure;
    }

    /// <inheritdoc/>
    public override FilePosition Save(bool done)
    {
        // The decoder counts a line feed that the last line of a file may lack.
        long offset = Math.Min(decoder.Position, RandomAccess.GetLength(Handle!));
        return new FilePosition(offset, decoder.Line, offset, Checksum.OfTail(Handle!, offset), done);
    }

    private protected override void Begin(string name, FilePosition position) =>
        decoder.Begin(name, position.Offset, position.Line);

    private protected override void Release() => decoder.Dispose();

    private bool Fill()
    {
        int read;
        try
        {
            read = RandomAccess.Read(Handle!, decoder.GetSpace(), decoder.ReadPosition);
        }
        catch (IOException e)
        {
            string name = Split!.File.Name;
            throw new ExternalException(FileErrors.Code, $"File cannot be read: {name}. {e.Message}", retryable: false, e);
        }

        decoder.Advance(read);
        count("bytesRead", read);
        return read > 0;
    }
}
