using System.Globalization;

namespace ColumnStream.Runtime.Ledger;

/// <summary>Gathers what one comparison found: the first epoch that differs, and how many things do.</summary>
internal sealed class Findings(string check, string name)
{
    private long? _epoch;
    private string? _first;
    private int _count;

    /// <summary>Gets or sets the epochs compared.</summary>
    public long Epochs { get; set; }

    /// <summary>Gets or sets the rows compared.</summary>
    public long? Rows { get; set; }

    /// <summary>Gets or sets their checksum.</summary>
    public string? Sum { get; set; }

    /// <summary>Gets or sets what is said in place of ok: how far the comparison went.</summary>
    public string Ok { get; set; } = "ok";

    /// <summary>Notes a difference.</summary>
    public void Add(long? epoch, string text)
    {
        _count++;
        if (_first is null || (epoch ?? long.MaxValue) < (_epoch ?? long.MaxValue))
        {
            _epoch = epoch;
            _first = text;
        }
    }

    public IntegrityLine ToLine() => new(check, name, Epochs, Rows, Sum, _epoch, Text(), _first is null);

    private string Text()
    {
        if (_first is null)
        {
            return Ok;
        }

        string more = _count == 1 ? string.Empty : string.Create(CultureInfo.InvariantCulture, $" (and {_count - 1} more)");
        return _epoch is { } epoch
            ? string.Create(CultureInfo.InvariantCulture, $"epoch {epoch}: {_first}{more}")
            : _first + more;
    }
}
