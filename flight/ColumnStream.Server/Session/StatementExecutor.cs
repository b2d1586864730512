using ColumnStream.Engine.Errors;
using ColumnStream.Planner.Statements;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Introspection;

namespace ColumnStream.Server.Session;

/// <summary>Answers planned statements that are no jobs: the one place that knows what each kind comes to.</summary>
/// <param name="node">The process.</param>
/// <param name="surroundings">What depends on where statements come from.</param>
internal sealed class StatementExecutor(NodeBuilder node, IStatementSurroundings surroundings)
{
    /// <summary>Answers a statement; it has been planned, so that definitions and options are in effect already.</summary>
    /// <exception cref="ColumnStreamException">It is refused, or failed.</exception>
    public StatementAnswer Answer(PlannedStatement statement) => statement switch
    {
        PlannedListing listing => new StatementAnswer(listing.Summary) { Columns = listing.Columns, Rows = listing.Rows },
        PlannedIntegrity integrity => Compare(integrity),
        PlannedJobAnalysis analysis => JobAnalysis.MeasureAsync(node.Jobs, analysis, default).GetAwaiter().GetResult(),
        PlannedStop stop => surroundings.Stop(stop),
        PlannedUpgrade upgrade => surroundings.ExplainUpgrade(upgrade),
        PlannedDefinition or PlannedSetting => new StatementAnswer(statement.Summary) { UpdateCount = 0 },
        _ => throw new InvariantException(9001, $"Statement is unknown: {statement.GetType().Name}."),
    };

    private StatementAnswer Compare(PlannedIntegrity statement) => new(statement.Summary)
    {
        Columns = IntegrityView.Columns,
        Rows = new IntegrityView(node).Compare(new JobSettings(statement.Settings).Text, statement.JobId).Rows,
    };
}
