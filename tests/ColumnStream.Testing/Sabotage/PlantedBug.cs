using System.Collections.Generic;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Transport;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Simulation;

namespace ColumnStream.Testing.Sabotage;

/// <summary>Puts one deliberate bug of the exactly-once machinery at the seam next to where it would be written.</summary>
/// <remarks>One object lives as long as a history; what a process has to itself is made anew by <see cref="Begin"/>.</remarks>
public abstract class PlantedBug
{
    /// <summary>Makes every bug of the list, anew.</summary>
    public static IReadOnlyList<PlantedBug> All() =>
    [
        new UnsyncedFiles(), new TornFilesPass(), new ClaimWithoutFence(), new CommitBeforeClaim(), new CleanUpByNumber(), new NoAnswerIsNo(),
        new SilentFallback(), new EndForgotten(), new OffsetMovedEarly(), new OffsetMovedLate(), new SplitNotRewound(),
        new FailedEpochForgotten(), new NewIdsOnRestore(), new CommitNotIdempotent(), new ErrorSwallowed(), new SmallEpochNotNamed(),
        new FrozenLate(), new StateNotRestored(), new LostChangesForgotten(), new KeysLeftBehind(), new RestartFromOldClaim(), new ReaderNotMadeAnew(),
        new OriginForgotten(), new FenceOneAhead(), new CreditReturnedTwice(), new CreditForgotten(), new SequenceNotChecked(),
        new ChecksumNotChecked(), new ControlOvertakesData(), new OlderOpeningServed(), new OlderOfferServes(), new LastFrameNotMissed(),
    ];

    /// <summary>Gets a short name.</summary>
    public abstract string Name { get; }

    /// <summary>Gets what the bug does, in the words of the code that would have it.</summary>
    public abstract string What { get; }

    /// <summary>Starts a process: returns the store that it sees.</summary>
    public virtual IObjectStore Begin(IObjectStore store, SimulatedObjectStore disk) => store;

    /// <summary>Ends a process by a kill.</summary>
    public virtual void Kill(SimulatedObjectStore disk)
    {
    }

    /// <summary>Changes the plan of a process.</summary>
    public virtual JobGraph Change(JobGraph graph) => graph;

    /// <summary>Changes the network of a process.</summary>
    public virtual ITransport Change(ITransport transport) => transport;

    /// <summary>Changes what makes sources and sinks; once a history.</summary>
    public virtual Connector Change(Connector connector, MemoryLedger ledger) => connector;
}
