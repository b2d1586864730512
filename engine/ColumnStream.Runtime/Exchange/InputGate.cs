using System;
using ColumnStream.Engine.Elements;
using ColumnStream.Runtime.Tasks;

namespace ColumnStream.Runtime.Exchange;

/// <summary>Gives one task the elements of all its channels; a channel can be blocked by one bit.</summary>
internal sealed class InputGate
{
    private readonly TaskUnit _owner;
    private readonly Channel[] _channels;
    private readonly ReadyBits _ready;
    private readonly long[] _blocked;
    private int _next;

    public InputGate(TaskUnit owner, int channelCount, long windowBytes)
    {
        _owner = owner;
        _ready = new ReadyBits(Math.Max(1, channelCount));
        _blocked = new long[(Math.Max(1, channelCount) + 63) >> 6];
        _channels = new Channel[channelCount];
        for (int i = 0; i < channelCount; i++)
        {
            _channels[i] = new Channel(this, i, windowBytes);
        }
    }

    /// <summary>Gets the number of channels.</summary>
    public int Count => _channels.Length;

    /// <summary>Gets a channel.</summary>
    public Channel this[int index] => _channels[index];

    /// <summary>Takes an element of an open channel, in turn.</summary>
    public bool TryTake(out StreamElement element, out int channel)
    {
        while ((channel = _ready.Next(_next, _blocked)) >= 0)
        {
            if (_channels[channel].TryTake(out element))
            {
                _next = channel + 1 == _channels.Length ? 0 : channel + 1;
                return true;
            }

            _ready.Clear(channel);
            if (!_channels[channel].IsEmpty())
            {
                _ready.Set(channel);
            }
        }

        element = null!;
        return false;
    }

    /// <summary>Stops taking from a channel.</summary>
    public void Block(int channel) => _blocked[channel >> 6] |= 1L << (channel & 63);

    /// <summary>Takes from all channels again.</summary>
    public void UnblockAll() => Array.Clear(_blocked);

    /// <summary>Drops everything that waits.</summary>
    public void Release()
    {
        foreach (Channel channel in _channels)
        {
            channel.Release();
        }
    }

    /// <summary>Learns that a channel has an element; producers only.</summary>
    internal void Arrived(int channel)
    {
        if (_ready.Set(channel))
        {
            _owner.Notify();
        }
    }
}
