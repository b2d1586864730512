using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Memory;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Plan;
using ColumnStream.Engine.State;
using ColumnStream.Engine.Storage;
using ColumnStream.Runtime.Checkpoints;
using ColumnStream.Runtime.Savepoints;

namespace ColumnStream.Runtime.Upgrades;

/// <summary>Tells what a job would keep if other statements went on from it, before anything is started or stopped.</summary>
/// <param name="memory">Pays while plans are read.</param>
/// <param name="pages">Pages for state; none is taken.</param>
/// <param name="time">A clock, which nobody asks.</param>
public sealed class JobUpgrade(BufferAllocator memory, StatePool pages, TimeProvider time)
{
    /// <summary>Holds a plan against another one that is taken to have run for a while; null stands for no job.</summary>
    public UpgradeReport Between(JobGraph? before, JobGraph? after, bool isBatch) => UpgradeCheck.Run(
        HeldOperator.Of(StatesOf(before, isBatch)), StatesOf(after, isBatch), isMeasured: false);

    /// <summary>Holds a plan against a savepoint, or the newest checkpoint of a store.</summary>
    /// <param name="checkpoints">The store.</param>
    /// <param name="epoch">The checkpoint, or null for a savepoint or the newest one.</param>
    /// <param name="address">How the user calls it.</param>
    /// <param name="after">The plan.</param>
    /// <param name="isBatch">Whether it runs in batch mode.</param>
    /// <param name="openOrigin">Opens what a life began from that has no checkpoint of its own yet.</param>
    /// <exception cref="UserException">There is none, or it has another number of key groups.</exception>
    public UpgradeReport From(
        IObjectStore checkpoints, long? epoch, string address, JobGraph? after, bool isBatch, Func<string, IObjectStore> openOrigin)
    {
        var store = new CheckpointStore(checkpoints);
        if (epoch is null && store.FindSavepoint() is null && store.NewestClaim() is null && store.Origin() is { } origin)
        {
            // What 'latest' goes on from.
            (address, epoch) = (origin.Address, origin.Epoch);
            store = new CheckpointStore(openOrigin(address));
        }

        Claim claim = SavepointRestore.Find(store, epoch, address);
        Manifest manifest = SavepointRestore.Checked(store, store.ReadManifest(claim));
        return From(manifest, store.IsCommitted(claim.Epoch), after, StatesOf(after, isBatch));
    }

    /// <summary>Decides: what EXPLAIN UPGRADE shows and what a restore does.</summary>
    internal static UpgradeReport From(
        Manifest manifest, bool isCommitted, JobGraph? after, IReadOnlyList<PlannedOperator> planned)
    {
        if (after is not null && manifest.KeyGroups != after.KeyGroups)
        {
            throw new UserException(3120, $"Number of key groups cannot change: {manifest.KeyGroups} to {after.KeyGroups}.");
        }

        return UpgradeCheck.Run(HeldOperator.Of(manifest, isCommitted), planned, isMeasured: true);
    }

    private IReadOnlyList<PlannedOperator> StatesOf(JobGraph? graph, bool isBatch) =>
        graph is null ? [] : PlanStates.Of(graph, isBatch, memory, pages, time);
}
