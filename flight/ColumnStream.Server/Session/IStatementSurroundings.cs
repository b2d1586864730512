using ColumnStream.Engine.Errors;
using ColumnStream.Planner.Statements;

namespace ColumnStream.Server.Session;

/// <summary>Does what depends on where statements come from: a console of this user, or a client of a server.</summary>
internal interface IStatementSurroundings
{
    /// <summary>Stops a job.</summary>
    /// <exception cref="ColumnStreamException">There is none, it may not be stopped, or its savepoint failed.</exception>
    StatementAnswer Stop(PlannedStop stop);

    /// <summary>Tells what becomes of a job's state under other statements.</summary>
    /// <exception cref="ColumnStreamException">It cannot be told.</exception>
    StatementAnswer ExplainUpgrade(PlannedUpgrade upgrade);
}
