using System;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Engine.State;

/// <summary>Deletes expired rows of an operator's tables a few pages at a time: with every batch, and by timer when none comes.</summary>
/// <remarks>What is not swept yet is not used either: finding treats it as absent. Without a time to live it does nothing.</remarks>
internal sealed class StateSweeper
{
    private const int PagesOfBatch = 2;
    private const int PagesOfTimer = 64;
    private const long MinPauseMs = 50;
    private readonly StateTtl? _ttl;
    private readonly OperatorContext _context;
    private readonly StateTable[] _tables;
    private bool _isArmed;

    /// <summary>Sweeps tables that live as long as <paramref name="ttl"/> says, or nothing.</summary>
    public StateSweeper(StateTtl? ttl, OperatorContext context, params KeyedState[] states)
        : this(ttl, context, Array.ConvertAll(states, state => state.Table))
    {
    }

    /// <summary>Sweeps tables that stand in no checkpoint.</summary>
    public StateSweeper(StateTtl? ttl, OperatorContext context, params StateTable[] tables)
    {
        _ttl = ttl;
        _context = context;
        _tables = tables;
    }

    /// <summary>Sweeps between batches and sees to it that the timer comes; call it at the beginning of a batch.</summary>
    public void Sweep()
    {
        if (_ttl is null)
        {
            return;
        }

        Sweep(PagesOfBatch);
        if (!_isArmed)
        {
            _isArmed = true;
            Arm(_context.ClockMs());
        }
    }

    /// <summary>Sweeps when no batch may have come; nothing may be pending.</summary>
    public void OnTimer(long clockMs)
    {
        _isArmed = _ttl is not null && Sweep(PagesOfTimer);
        if (_isArmed)
        {
            Arm(clockMs);
        }
    }

    private bool Sweep(int pages)
    {
        bool mayExpire = false;
        foreach (StateTable table in _tables)
        {
            mayExpire |= table.Sweep(pages);
        }

        return mayExpire;
    }

    private void Arm(long clockMs) => _context.WakeAtMs(clockMs + Math.Max(MinPauseMs, _ttl!.TtlMs / 8));
}
