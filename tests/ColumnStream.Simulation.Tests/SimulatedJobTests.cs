using System.Collections.Generic;
using System.IO;
using System.Runtime.CompilerServices;
using ColumnStream.Testing.Simulation;
using Xunit;

namespace ColumnStream.Simulation.Tests;

/// <summary>The simulator as a library: what its page shows is compiled and run here, word for word.</summary>
public sealed class SimulatedJobTests
{
    private const string Sql = """
        CREATE TABLE orders (id BIGINT, customer STRING, amount DECIMAL(10, 2)) WITH ('connector' = 'memory');
        CREATE TABLE totals (customer STRING, orders BIGINT, amount DECIMAL(38, 2)) WITH ('connector' = 'memory');
        INSERT INTO totals SELECT customer, COUNT(*), SUM(amount) FROM orders GROUP BY customer;
        """;

    [Fact]
    public void The_example_of_the_page_keeps_its_answer()
    {
        var orders = new SimulatedTable(
            "orders", ["1 ada 10.00", "2 bob 5.50", "3 ada 2.25", "4 cy 1.00", "5 bob 0.50", "6 ada 3.00"], splits: 2);
        for (int seed = 1; seed <= 20; seed++)
        {
            SimulatedResult result = SimulatedJob.Run(Sql, [orders], seed);
            Assert.Equal(["ada 3 15.25", "bob 2 6.00", "cy 1 1.00"], result.Rows("totals"));
        }
    }

    [Fact]
    public void The_page_shows_what_is_tested()
    {
        string folder = Path.GetDirectoryName(Here())!;
        string test = File.ReadAllText(Here());
        string page = File.ReadAllText(Path.Combine(folder, "../ColumnStream.Testing/Simulation/README.md"));
        string code = page.Split("```csharp\n")[1].Split("```")[0];
        foreach (string line in code.Split('\n'))
        {
            // The constant stands in the class here.
            Assert.Contains(line.Trim(), test);
        }
    }

    [Fact]
    public void A_wrong_expectation_names_the_row_and_the_seed()
    {
        var orders = new SimulatedTable("orders", ["1 ada 10.00"]);
        var expected = new Dictionary<string, IReadOnlyList<string>> { ["totals"] = ["ada 1 10.01"] };
        SimulationException wrong = Assert.Throws<SimulationException>(
            () => SimulatedJob.Run(Sql, [orders], seed: 7, SimulatedFaults.None, expected));
        Assert.Contains("seed: 7", wrong.Message);
        Assert.Contains("'ada 1 10.01' is missing", wrong.Message);
    }

    [Fact]
    public void What_depends_on_the_run_is_found()
    {
        // Random numbers differ from run to run: an answer made of them is not kept by any restart.
        const string Random = """
            CREATE TABLE t (id BIGINT) WITH ('connector' = 'memory');
            CREATE TABLE s (id BIGINT, x DOUBLE) WITH ('connector' = 'memory');
            INSERT INTO s SELECT id, RAND() FROM t;
            """;
        Assert.Throws<SimulationException>(() => SimulatedJob.RunMany(Random, [new SimulatedTable("t", ["1", "2", "3"])], seeds: 5));
    }

    private static string Here([CallerFilePath] string path = "") => path;
}
