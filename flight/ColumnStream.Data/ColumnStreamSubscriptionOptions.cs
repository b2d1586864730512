using System;

namespace ColumnStream.Data;

/// <summary>States what a subscription does when its connection breaks.</summary>
/// <remarks>
/// A SELECT keeps no checkpoints, so that it begins anew when it is asked again: the subscriber is told by
/// <see cref="ColumnStreamRowKind.Reset"/> before its rows come again.
/// </remarks>
public sealed record ColumnStreamSubscriptionOptions
{
    /// <summary>
    /// Gets how often in a row a connection is made anew before its error is the subscriber's; 0, the default, never. Errors that
    /// do not pass by themselves, and those of the first start, are told at once.
    /// </summary>
    public int MaxReconnects { get; init; }

    /// <summary>Gets the wait before the first try, which doubles with each up to half a minute.</summary>
    public TimeSpan ReconnectDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}
