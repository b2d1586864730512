using System;
using ColumnStream.Engine.Storage;

namespace ColumnStream.Runtime.Transport;

/// <summary>Is what a channel carries: a header, the application's own bytes and a body; opaque to the transport.</summary>
/// <remarks>Has one owner; passing it on moves it, and the owner releases it once.</remarks>
/// <param name="header">Small; for example the metadata of a batch.</param>
/// <param name="body">The body, which moves, or null.</param>
/// <param name="appMetadata">Small; the application's own.</param>
public sealed class Frame(ReadOnlyMemory<byte> header, FrameBody? body = null, ReadOnlyMemory<byte> appMetadata = default)
{
    /// <summary>What a frame costs beside its bytes, so that empty ones are bounded too.</summary>
    public const int OverheadBytes = 64;

    /// <summary>Gets the header.</summary>
    public ReadOnlyMemory<byte> Header => header;

    /// <summary>Gets the body, or null; borrowed until <see cref="Release"/>.</summary>
    public FrameBody? Body => body;

    /// <summary>Gets the application's own bytes.</summary>
    public ReadOnlyMemory<byte> AppMetadata => appMetadata;

    /// <summary>Gets what the frame costs of its channel's credit, at both ends the same.</summary>
    public long ChargedBytes { get; } = OverheadBytes + header.Length + appMetadata.Length + (body?.Bytes ?? 0);

    /// <summary>Gives the body back.</summary>
    public void Release() => body?.Release();

    /// <summary>Computes the checksum over everything that the frame holds.</summary>
    internal uint Checksum()
    {
        uint checksum = Crc32C.Append(Crc32C.Append(Crc32C.Empty, header.Span), appMetadata.Span);
        if (body is not null)
        {
            for (int i = 0; i < body.Parts.Count; i++)
            {
                checksum = Crc32C.Append(checksum, body.Parts[i].Span);
            }
        }

        return checksum;
    }
}
