using System.Collections.Generic;

namespace ColumnStream.Testing.Chaos;

/// <summary>Says where the sinks of real processes write, and reads what stands there as others see it.</summary>
public abstract class JobOutput
{
    /// <summary>Gets the output of a job that is told nothing: folders beside its script.</summary>
    public static JobOutput Folder { get; } = new FolderOutput();

    /// <summary>Gets how often a run of half a second passes most points at least: kills are drawn among so many.</summary>
    public virtual int MostHits => 12;

    /// <summary>Gets whether jobs write over sessions that can be cut.</summary>
    public virtual bool HasSessions => false;

    /// <summary>Cuts all sessions of jobs and counts them; false if there are none, or none of them is in a transaction as asked.</summary>
    public virtual bool CutSessions(bool isInTransaction, KillTally tally) => false;

    /// <summary>Makes what the job writes into and returns its script.</summary>
    public virtual string Prepare(ChaosJob job) => job.Shape.Script;

    /// <summary>Reads what a reader of a sink sees; changes are applied.</summary>
    public abstract List<string> Rows(ChaosJob job, ShapeSink sink);
}
