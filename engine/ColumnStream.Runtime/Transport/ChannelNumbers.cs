using System.Collections.Generic;

namespace ColumnStream.Runtime.Transport;

/// <summary>Remembers which numbers a consumer has given to channels of a link: they ascend from one, but channels may overtake each other.</summary>
/// <param name="mostAhead">The most numbers that may come before one below them.</param>
internal sealed class ChannelNumbers(int mostAhead)
{
    private readonly HashSet<uint> _ahead = [];
    private uint _all;

    /// <summary>Tells whether a number was given, to a channel that may be closed by now.</summary>
    public bool Contains(uint number) => number > 0 && (number <= _all || _ahead.Contains(number));

    /// <summary>Takes down a number; false where it was given before, or cannot be the next ones.</summary>
    public bool TryAdd(uint number)
    {
        if (number == 0 || Contains(number) || _ahead.Count >= mostAhead)
        {
            return false;
        }

        _ahead.Add(number);
        while (_ahead.Remove(_all + 1))
        {
            _all++;
        }

        return true;
    }
}
