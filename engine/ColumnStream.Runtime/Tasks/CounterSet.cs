using System.Collections.Generic;
using System.Threading;

namespace ColumnStream.Runtime.Tasks;

/// <summary>Sums named counters; written by one task, read by anybody.</summary>
internal sealed class CounterSet
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _values = [];

    public void Add(string name, long delta)
    {
        lock (_gate)
        {
            _values[name] = _values.GetValueOrDefault(name) + delta;
        }
    }

    public long Get(string name)
    {
        lock (_gate)
        {
            return _values.GetValueOrDefault(name);
        }
    }

    public void AddTo(Dictionary<string, long> sums)
    {
        lock (_gate)
        {
            foreach ((string name, long value) in _values)
            {
                sums[name] = sums.GetValueOrDefault(name) + value;
            }
        }
    }
}
