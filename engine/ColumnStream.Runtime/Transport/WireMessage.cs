namespace ColumnStream.Runtime.Transport;

/// <summary>Is one message of a link. <see cref="WireFormat"/> gives its bytes.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Channel">The channel's number on this link, which its consumer drew.</param>
/// <param name="First">Sequence number of a frame; number of frames sent; window; data bytes taken; code of an error.</param>
/// <param name="Second">Reserve; control bytes taken; whether an error may be tried again.</param>
public sealed record WireMessage(WireKind Kind, uint Channel = 0, long First = 0, long Second = 0)
{
    /// <summary>Gets the frame of <see cref="WireKind.Data"/> and <see cref="WireKind.Control"/>; whoever has the message owns it.</summary>
    public Frame? Frame { get; init; }

    /// <summary>Gets the checksum of the frame, or 0 where none was computed.</summary>
    public uint Checksum { get; init; }

    /// <summary>Gets the channel of <see cref="WireKind.Open"/>.</summary>
    public ChannelId? Id { get; init; }

    /// <summary>Gets the attempt of <see cref="WireKind.Open"/>.</summary>
    public FencingToken Token { get; init; }

    /// <summary>Gets why something ends.</summary>
    public string Text { get; init; } = "";

    /// <summary>Gives the frame's body back.</summary>
    public void Release() => Frame?.Release();
}
