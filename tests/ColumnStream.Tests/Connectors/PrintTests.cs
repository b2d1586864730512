using System.IO;
using System.Linq;
using ColumnStream.Compute.Types;
using ColumnStream.Connectors;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Connectors;

/// <summary>Goal: rows are printed as lines in the usual form, each batch whole.</summary>
public sealed class PrintTests
{
    private static readonly TableSpec Table = TableSpecs.Make(
        [("id", SqlType.BigInt), ("name", SqlType.String)], ("connector", "print"));

    [Fact]
    public void A_row_is_a_line_of_kind_and_values() =>
        Assert.Equal("+I[1, n1]\n+I[2, n2]\n", Print(Table));

    [Fact]
    public void An_identifier_and_the_task_stand_before_it()
    {
        TableSpec named = Table.With(("print-identifier", "id"));
        Assert.Equal("id> +I[1, n1]\nid> +I[2, n2]\n", Print(named));
        Assert.Equal("id:2> +I[1, n1]\nid:2> +I[2, n2]\n", Print(named, parallelism: 2));
        Assert.Equal("2> +I[1, n1]\n2> +I[2, n2]\n", Print(Table, parallelism: 2));
    }

    [Fact]
    public void Standard_error_is_the_other_writer() =>
        Assert.Equal(string.Empty, Print(Table.With(("standard-error", "true"))));

    private static string Print(TableSpec table, int parallelism = 1)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        Connector print = ConnectorTable.Create(output, error).First(connector => connector.Name == "print");
        using var run = new SinkRun(print, table, subtask: parallelism - 1, parallelism: parallelism);
        run.Write(1, 2);
        run.Instance.Writer!.Flush();
        Assert.NotEqual(output.ToString().Length, error.ToString().Length);
        return output.ToString();
    }
}
