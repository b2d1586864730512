using System;
using ColumnStream.Engine.Operators;

namespace ColumnStream.Engine.State;

/// <summary>Says when rows expire that nobody touched: by the injected clock, in steps of batches.</summary>
/// <remarks>
/// One object serves all tables of an operator that live as long. Time is that of the clock on the wall, so that age survives
/// a restore and rows age while a job is down; it never goes back.
/// </remarks>
internal sealed class StateTtl(long ttlMs, TimeProvider time, bool isSteady = false)
{
    /// <summary>Gets the milliseconds for which a row stays behind its last touch.</summary>
    public long TtlMs => ttlMs;

    /// <summary>Gets the time of the current batch, in milliseconds since 1970.</summary>
    public long NowMs { get; private set; } = time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Makes one for an operator; null where nothing expires: without a time, and in batch mode.</summary>
    /// <param name="ttlMs">How long rows stay.</param>
    /// <param name="context">Has the clock.</param>
    /// <param name="isSteady">Whether the time moves by <see cref="Look"/> alone: several tables then agree to the millisecond.</param>
    public static StateTtl? Of(long ttlMs, OperatorContext context, bool isSteady = false) =>
        ttlMs <= 0 || context.IsBatch ? null : new StateTtl(ttlMs, context.Evaluation.Time, isSteady);

    /// <summary>Looks at the clock: at the beginning of a batch, so that no row expires inside one.</summary>
    public void Refresh()
    {
        if (!isSteady)
        {
            Look();
        }
    }

    /// <summary>Looks at the clock for all tables.</summary>
    public void Look() => NowMs = Math.Max(NowMs, time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Tells whether what was touched at a time is forgotten.</summary>
    public bool IsOver(long touchedMs) => touchedMs <= NowMs - ttlMs;
}
