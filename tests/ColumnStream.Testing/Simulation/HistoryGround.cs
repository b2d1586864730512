using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Engine.Plan;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Ledger;
using ColumnStream.Testing.Jobs;
using ColumnStream.Testing.Sabotage;
using ColumnStream.Testing.Simulation.Shapes;

namespace ColumnStream.Testing.Simulation;

/// <summary>Is what outlives the processes of a history: what is durable, what was drawn for all, and the comparison of what is visible.</summary>
internal sealed class HistoryGround
{
    public HistoryGround(int seed, Workload? workload, SimulatedFaults faults, PlantedBug? bug)
    {
        Random = new Random(seed);
        Saves = new Random(~seed);
        Wires = new Random(seed ^ 0x5EED);
        Workload = workload ?? JobShapes.Make(seed % JobShapes.Names.Count, Random);
        Faults = faults;
        Bug = bug;
        Judge = new StoreJudge(Store);
        Ledger.IsNamed = Judge.Names;
        Store.Random = new Random(Random.Next());
    }

    public Random Random { get; }

    /// <summary>Gets what draws about savepoints, beside everything else.</summary>
    public Random Saves { get; }

    /// <summary>Gets what draws about networks.</summary>
    public Random Wires { get; }

    public Workload Workload { get; }

    public SimulatedFaults Faults { get; }

    public PlantedBug? Bug { get; }

    public MemoryLedger Ledger { get; } = new();

    public SimulatedObjectStore Store { get; } = new();

    public StoreJudge Judge { get; }

    public HistoryCounts Counts { get; } = new();

    /// <summary>Gets the networks of the processes that are left.</summary>
    public List<SimulatedTransport> Networks { get; } = [];

    /// <summary>Gets or sets whether nothing goes wrong now.</summary>
    public bool IsQuiet { get; set; }

    /// <summary>Gets or sets whether the next process, though nothing else goes wrong, may lose one message between its nodes.</summary>
    public bool MayLoseOne { get; set; }

    /// <summary>Gets or sets the plan of the newest process.</summary>
    public JobGraph? Graph { get; set; }

    /// <summary>Gets the last of what happened, in words.</summary>
    public List<string> Events { get; } = [];

    /// <summary>Gets or sets the savepoint from which the newest life began.</summary>
    public SimulatedObjectStore? Saved { get; set; }

    public long SavedEpoch { get; set; }

    /// <summary>Gets or sets whether the next process begins a life from the savepoint.</summary>
    public bool BeginsLife { get; set; }

    public void Note(string what) => Events.Add(what);

    /// <summary>The job's own ledger must come to the same verdict, whatever claims of overtaken runs lie about.</summary>
    public void CheckLedger()
    {
        IntegrityReport report = new IntegrityCheck(Store, static (_, _, _) => null).Run();
        Counts.LedgersRead++;
        if (!report.IsOk)
        {
            throw new SimulationException($"The ledger finds a difference where there is none: {report.First}");
        }
    }

    public void CompareAt(Manifest manifest)
    {
        if (Graph is null)
        {
            return;
        }

        var tables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (SourceNode source in Graph.Plan.Nodes.OfType<SourceNode>())
        {
            tables[source.Uid] = SimulatedConnector.ShortName(source.Table.Name);
        }

        var positions = new Dictionary<(string Table, int Split), int>();
        foreach (((string uid, int split), int position) in StoreJudge.PositionsOf(manifest))
        {
            positions[(tables[uid], split)] = position;
        }

        Note($"epoch {manifest.Epoch} is committed");
        Counts.ComparedEpochs++;
        Compare("I1, I3, I4", string.Create(CultureInfo.InvariantCulture, $"at epoch {manifest.Epoch}"), positions);
    }

    public void Compare(string invariants, string when, IReadOnlyDictionary<(string Table, int Split), int>? positions)
    {
        Counts.Comparisons++;
        if (Workload.Difference(Ledger, positions) is { } difference)
        {
            throw new SimulationException($"{invariants}: {when}: {difference}");
        }
    }
}
