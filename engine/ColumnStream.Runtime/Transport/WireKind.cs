namespace ColumnStream.Runtime.Transport;

/// <summary>Tells the messages of a link apart. Consumers open channels, so each kind goes one way.</summary>
public enum WireKind : byte
{
    /// <summary>Consumer: begins a channel, with its id, its token and its window.</summary>
    Open = 1,

    /// <summary>Consumer: says how many bytes left its queue so far; now and then also when nothing did.</summary>
    Credit,

    /// <summary>Consumer: wants nothing more of a channel, whether it ended or not.</summary>
    Close,

    /// <summary>Producer: does not serve the channel, and why.</summary>
    Refused,

    /// <summary>Producer: a frame that costs credit.</summary>
    Data,

    /// <summary>Producer: a frame of the reserve: watermarks, barriers.</summary>
    Control,

    /// <summary>Producer: all frames were sent, and how many they are; said again until the consumer closes the channel.</summary>
    End,

    /// <summary>Producer: the channel breaks off, and why.</summary>
    Failed,

    /// <summary>Producer: nothing of a closed channel follows.</summary>
    Closed,

    /// <summary>Consumer: asks for a sign of life.</summary>
    Ping,

    /// <summary>Producer: gives it.</summary>
    Pong,

    /// <summary>Producer: says now and then how many frames were sent so far, so that one is missed behind which none follows.</summary>
    Count,
}
