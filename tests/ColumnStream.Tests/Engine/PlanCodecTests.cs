using System;
using System.IO;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using Xunit;

namespace ColumnStream.Tests.Engine;

public sealed class PlanCodecTests
{
    // A plan that went through text must be the same plan: equality of records is the oracle.
    [Fact]
    public void A_written_plan_reads_back_equal()
    {
        JobGraph graph = Sample();
        string json = PlanCodec.Write(graph);
        JobGraph back = PlanCodec.Read(json);
        Assert.Equal(graph, back);
        Assert.Equal(json, PlanCodec.Write(back));
    }

    [Theory]
    [InlineData("filter@1", "filter@9")]
    [InlineData("\"Predicate\"", "\"Surprise\"")]
    [InlineData("\"Inputs\":[0]", "\"Inputs\":[7]")]
    public void A_plan_of_another_version_is_refused(string from, string to)
    {
        string json = PlanCodec.Write(Sample());
        Assert.Contains(from, json, StringComparison.Ordinal);
        UserException error = Assert.Throws<UserException>(
            () => PlanCodec.Read(json.Replace(from, to, StringComparison.Ordinal)));
        Assert.Equal(4020, error.Code);
    }

    // Files on disk carry these names: whoever changes one must see it here.
    [Fact]
    public void Wire_names_are_frozen()
    {
        string path = Path.Combine(RepositoryRoot(), "tests/sql/wire-names.txt");
        Assert.Equal(File.ReadAllLines(path), PlanCodec.WireNames);
    }

    private static string RepositoryRoot()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "ColumnStream.sln")))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return folder;
    }

    private static JobGraph Sample()
    {
        ValueList<SqlField> columns =
        [
            new("id", SqlType.BigInt.WithNullable(false)),
            new("at", SqlType.Timestamp(3) with { TimeAttribute = TimeAttribute.Rowtime }),
            new("r", SqlType.Row([new("x", SqlType.Decimal(10, 2))])),
        ];
        var table = new TableSpec("t", "script", columns, [new("connector", "script")], [0], [], "job.sql:1:1");
        var source = new SourceNode(table, [0, 1, 2]) { Id = 0, Output = columns, Uid = "s" };
        BoundExpression predicate = new CallExpression(
            ">", [new ColumnExpression(0, columns[0].Type), new LiteralExpression("5", SqlType.BigInt)], SqlType.Boolean)
        {
            Location = new("job.sql:2:7"),
        };
        predicate = new CaseExpression(
            [new(predicate, new CastExpression(new LiteralExpression("true", SqlType.Boolean), SqlType.Boolean, Try: true))],
            null,
            SqlType.Boolean);
        var filter = new FilterNode(predicate) { Id = 1, Inputs = [0], Output = columns, Uid = "f" };
        var group = new GroupAggregateNode(
            [0], [new AggregateCall("COUNT", [], [], Distinct: false, Filter: -1, SqlType.BigInt, "a1")])
        {
            Id = 2, Inputs = [1], Output = columns, Uid = "g", UpsertKey = [0],
        };
        var sink = new SinkNode(table) { Id = 3, Inputs = [2], Output = columns, Uid = "k" };
        return new JobGraph(new PhysicalPlan([source, filter, group, sink]), [new Fragment(0, [0, 1, 2, 3], 1)], []);
    }
}
