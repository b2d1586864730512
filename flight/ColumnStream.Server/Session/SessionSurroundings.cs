using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner.Statements;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Server.Control;
using ColumnStream.Server.Security;

namespace ColumnStream.Server.Session;

/// <summary>Does for clients of a server what depends on where statements come from: they see the jobs of this process only.</summary>
internal sealed class SessionSurroundings(SessionHost host, Func<Principal> user) : IStatementSurroundings
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
    public StatementAnswer ExplainUpgrade(PlannedUpgrade upgrade) => throw new UserException(
        3001,
        "EXPLAIN UPGRADE is not supported yet in a session of a server. 'columnstream explain --upgrade OLD NEW' answers it.");

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
