using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Runtime.Checkpoints;

namespace ColumnStream.Testing.Chaos;

/// <summary>Counts what a campaign did, so that one that did nothing cannot pass for a good one.</summary>
public sealed class KillTally
{
    /// <summary>Gets the kills by the point where the process died, or by what was seen last where the moment was random.</summary>
    public SortedDictionary<string, int> KillsByPoint { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, int> SequencesByShape { get; } = new(StringComparer.Ordinal);

    public int Sequences { get; set; }

    public int Kills { get; private set; }

    /// <summary>Gets the kills at a point between an epoch's claim and the commit of all its sinks.</summary>
    public int KillsBetweenClaimAndCommit { get; private set; }

    /// <summary>Gets the kills at no point but at a random moment.</summary>
    public int RandomKills { get; private set; }

    /// <summary>Gets the runs that were started on a folder where another one stood.</summary>
    public int Restarts { get; set; }

    /// <summary>Gets the epochs that were claimed.</summary>
    public int Epochs { get; set; }

    /// <summary>Gets the second processes that the lock kept out.</summary>
    public int Refused { get; set; }

    /// <summary>Gets the halted runs that woke up behind another one's back.</summary>
    public int Zombies { get; set; }

    /// <summary>Gets the woken runs that were told that another one took over.</summary>
    public int Fenced { get; set; }

    /// <summary>Gets the runs that were started again behind the end.</summary>
    public int BehindTheEnd { get; set; }

    /// <summary>Gets the sessions of an output that were cut.</summary>
    public int CutSessions { get; set; }

    /// <summary>Gets the sessions that were cut in a transaction.</summary>
    public int CutTransactions { get; set; }

    /// <summary>Gets the runs that failed because their sessions were cut.</summary>
    public int FailedByCut { get; set; }

    /// <summary>Counts a process that died behind a point; null when it had passed none.</summary>
    public void Kill(string? point, bool isRandom)
    {
        Kills++;
        RandomKills += isRandom ? 1 : 0;
        KillsBetweenClaimAndCommit += !isRandom && point is not null && FailPoint.IsBetweenClaimAndCommit(point) ? 1 : 0;
        string name = (isRandom ? "random, behind " : "") + (point ?? "nothing");
        KillsByPoint[name] = KillsByPoint.GetValueOrDefault(name) + 1;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Sequences} sequences ({string.Join(", ", SequencesByShape.Select(s => $"{s.Key} {s.Value}"))}): {Kills} kills, "
        + $"{KillsBetweenClaimAndCommit} at points between claim and commit ({100 * KillsBetweenClaimAndCommit / Math.Max(1, Kills)} %), "
        + $"{RandomKills} at random moments; {Restarts} restarts, {Epochs} epochs claimed, {Refused} second processes refused, "
        + $"{Zombies} halted runs woken ({Fenced} fenced by name), {BehindTheEnd} started behind the end, "
        + $"{CutSessions} sessions cut ({CutTransactions} in a transaction, {FailedByCut} runs failed by it)\n"
        + string.Join("\n", KillsByPoint.OrderByDescending(k => k.Value).Select(k => $"{k.Value,6} {k.Key}"));
}
