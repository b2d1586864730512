using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Options;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Control;
using ColumnStream.Server.Security;

namespace ColumnStream.Server.Session;

/// <summary>Does for clients of a server what depends on where statements come from: they see the jobs of this process only.</summary>
/// <param name="host">The process.</param>
/// <param name="user">Tells who asks.</param>
/// <param name="plan">Plans a text with what the session sees, and leaves no trace there.</param>
internal sealed class SessionSurroundings(
    SessionHost host, Func<Principal> user, Func<string, PlanResult> plan) : IStatementSurroundings
{
    /// <summary>Returns the columns of the answer to STOP JOB.</summary>
    public static ValueList<string> ColumnsOf(PlannedStop stop) =>
        stop.WithSavepoint ? ["job id", "status", "savepoint path"] : ["job id", "status"];

    /// <inheritdoc/>
    public StatementAnswer Stop(PlannedStop stop)
    {
        ControlledJob job = host.Node.FindRunning(stop.Job)
            ?? throw new UserException(3140, $"No running job has the name '{stop.Job}'. SHOW JOBS lists them.");
        AccessRules.CheckOwner(user(), stop.Job, host.Jobs.OwnerOf(stop.Job));
        if (!stop.WithSavepoint)
        {
            job.Cancel();
            return Answer(stop, job, string.Empty);
        }

        Savepoint savepoint = job.TakeSavepoint(stop.SavepointFolder, stop.WithDrain ? SavepointStop.Drain : SavepointStop.Suspend);
        savepoint.Completion.GetAwaiter().GetResult();
        if (savepoint.Failure is { } failure)
        {
            job.WithdrawStop();
            throw failure;
        }

        return Answer(stop, job, savepoint.Address);
    }

    /// <inheritdoc/>
    /// <remarks>Texts are statements; what went before may also be the name of a job, or where checkpoints lie. No file is read.</remarks>
    public StatementAnswer ExplainUpgrade(PlannedUpgrade upgrade)
    {
        bool isText = upgrade.From.Contains(';', StringComparison.Ordinal);
        List<UpgradeView> views = UpgradeExplainer.Compare(
            host.Node, isText ? plan(upgrade.From) : null, isText ? string.Empty : AddressOf(upgrade.From), plan(upgrade.To));
        return new StatementAnswer(upgrade.Summary)
        {
            Columns = UpgradeView.Columns, Rows = ValueList.From(views.SelectMany(static view => view.Rows())),
        };
    }

    /// <summary>Finds the checkpoints of a job by its name; an address of any other place is for administrators.</summary>
    private string AddressOf(string from)
    {
        if (from.Contains('/', StringComparison.Ordinal))
        {
            AccessRules.CheckAddress(user(), from);
            host.Node.Stores.Check(from);
            return from;
        }

        string address = ObjectStoreTable.Below(new JobSettings(host.Options.Settings).Text(OptionTable.CheckpointFolder)!, from);
        return !from.StartsWith('.') && (ObjectStoreTable.FolderOf(address) is not { } folder || Directory.Exists(folder))
            ? address : throw new UserException(
                3150,
                $"Job has no checkpoints: '{from}'. Expected the name of a job, statements that end with ;, or an address.");
    }

    private static StatementAnswer Answer(PlannedStop stop, ControlledJob job, string savepoint)
    {
        // Its end is waited for, so that what it wrote is complete and its name is known as stopped.
        job.Job.Completion.GetAwaiter().GetResult();
        return new StatementAnswer(stop.Summary)
        {
            Columns = ColumnsOf(stop),
            Rows = stop.WithSavepoint
                ? [[stop.Job, job.Job.Status.ToString().ToUpperInvariant(), savepoint]]
                : [[stop.Job, job.Job.Status.ToString().ToUpperInvariant()]],
        };
    }
}
