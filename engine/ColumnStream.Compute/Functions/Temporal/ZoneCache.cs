using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Compute.Execution;

namespace ColumnStream.Compute.Functions.Temporal;

/// <summary>Remembers the zones that the rows of a step name.</summary>
internal sealed class ZoneCache
{
    private const int Most = 1000;
    private readonly Dictionary<string, LocalZone?> _zones = [];
    private byte[] _last = [];
    private LocalZone? _zone;
    private bool _has;

    /// <summary>Returns the zone with an id, Java's short names among them, or null.</summary>
    public LocalZone? Get(ReadOnlySpan<byte> id)
    {
        if (_has && id.SequenceEqual(_last))
        {
            return _zone;
        }

        string name = Encoding.UTF8.GetString(id);
        if (!_zones.TryGetValue(name, out _zone))
        {
            _zone = ZoneIds.Find(name, shortIds: true) is { } found ? new LocalZone(found) : null;
            if (_zones.Count < Most)
            {
                _zones.Add(name, _zone);
            }
        }

        _last = id.ToArray();
        _has = true;
        return _zone;
    }
}
