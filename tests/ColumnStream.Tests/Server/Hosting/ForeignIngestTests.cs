using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using ColumnStream.Data;
using ColumnStream.Testing.Arrow;
using ColumnStream.Testing.Interop;
using ColumnStream.Tests.Data;
using Xunit;
using Xunit.Abstractions;

namespace ColumnStream.Tests.Server.Hosting;

/// <summary>
/// Goal: batches that another implementation of Arrow made are loaded, nested and numbered ones too, and come back to it as they were.
/// Method: apache-arrow and grpc-js by node against a whole server; the expected rows are those that the script makes.
/// </summary>
public sealed class ForeignIngestTests(ITestOutputHelper output)
{
    private static readonly NodeScripts s_node = new(
        Path.Combine(GoldenFiles.RepositoryRoot(), "tests", "interop", "flight"), "@spiceai/spice");

    [Fact]
    public async Task Batches_of_apache_arrow_go_into_tables_and_come_back()
    {
        if (!s_node.AreHere(output.WriteLine))
        {
            return;
        }

        await using ServedDriver served = await ServedDriver.StartAsync();
        await using (ColumnStreamConnection connection = await served.Source.OpenConnectionAsync())
        {
            foreach ((string name, string columns) in new[]
            {
                ("nested", "id BIGINT, tags ARRAY<STRING>, grid ARRAY<ARRAY<INT>>, sizes ARRAY<DOUBLE>, r ROW<a INT, b STRING>, "
                    + "records ARRAY<ROW<a INT, b STRING>>, counts MAP<STRING, INT>, lists MAP<STRING, ARRAY<INT>>"),
                ("items", "id BIGINT, name STRING"),
            })
            {
                await connection.CreateCommand(
                    $"CREATE TABLE {name} ({columns}) WITH ('connector' = 'filesystem', 'format' = 'json', 'path' = '"
                    + Path.Combine(served.Folder, name) + "')").ExecuteNonQueryAsync();
            }
        }

        string text = await Task.Factory.StartNew(
            () => s_node.Run("node", "ingest.mjs", "unix:" + Path.Combine(served.Folder, "s"), served.Host.FirstToken!),
            TaskCreationOptions.LongRunning);
        output.WriteLine(text);
        var steps = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var step = JsonDocument.Parse(line);
            steps[step.RootElement.GetProperty("step").GetString()!] = step.RootElement.TryGetProperty("value", out JsonElement value)
                ? value.GetRawText() : step.RootElement.GetProperty("error").GetString()!;
        }

        Assert.Equal("3", steps["nested"]);
        Assert.Equal(
            """[{"id":"1","tags":["x",null,"long enough for no view"],"grid":[[1,null],null],"sizes":[0.5,1.5],"r":{"a":1,"b":"one"}"""
            + ""","records":[{"a":1,"b":"one"},null],"counts":{"k":1,"l":null},"lists":{"k":[1,2],"l":null}},"""
            + """{"id":"2","tags":[],"grid":[],"sizes":null,"r":null,"records":[],"counts":{},"lists":null},"""
            + """{"id":"3","tags":null,"grid":null,"sizes":[2.5,3.5],"r":{"a":3,"b":null},"records":null,"counts":null,"lists":{}}]""",
            steps["nested back"]);
        Assert.Equal("4", steps["dictionary"]);
        Assert.Equal(
            """[{"id":"1","name":"a"},{"id":"2","name":"b"},{"id":"3","name":null},{"id":"4","name":"a"}]""", steps["dictionary back"]);
        Assert.Equal("1", steps["no null type"]);
        Assert.Contains("column 'id' comes as", steps["duration"], StringComparison.Ordinal);
        Assert.Contains("CST3164", steps["duration"], StringComparison.Ordinal);
        Assert.Contains("which does not fit ROW<`a` INT, `b` STRING>", steps["unfit"], StringComparison.Ordinal);
        Assert.Equal("""[{"n":"5","names":"3"}]""", steps["rows at last"]);
    }
}
