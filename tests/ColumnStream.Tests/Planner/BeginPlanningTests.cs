using System.Linq;
using System.Threading.Tasks;
using ColumnStream.Engine.Options;
using ColumnStream.Planner;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Settings;
using ColumnStream.Planner.Statements;
using ColumnStream.Sql;
using ColumnStream.Tests.Server.Session;
using Xunit;

namespace ColumnStream.Tests.Planner;

/// <summary>What is kept between statements and shared between sessions shows neither old values nor those of others.</summary>
public sealed class BeginPlanningTests
{
    [Fact]
    public void Options_in_effect_follow_each_change_and_a_plan_in_batch_mode_leaves_none()
    {
        var planner = new ScriptPlanner(PlannerFixture.Connectors, new PlannerOptions(
        [
            new SessionOption("b.of-nobody", "1", OptionOrigin.File), new SessionOption(OptionTable.Parallelism, "2", OptionOrigin.File),
        ]));
        Assert.Equal(("2", OptionOrigin.File), Of(planner, OptionTable.Parallelism));
        Plan(planner, $"SET '{OptionTable.Parallelism}' = '3'; SET 'a.of-nobody' = '4';");
        Assert.Equal(("3", OptionOrigin.Set), Of(planner, OptionTable.Parallelism));
        Assert.Equal(planner.Settings.Select(o => o.Key).Order(System.StringComparer.Ordinal), planner.Settings.Select(o => o.Key));
        Assert.Equal(planner.Settings.Count, planner.Settings.Select(o => o.Key).Distinct().Count());
        (string? mode, OptionOrigin origin) = Of(planner, OptionTable.RuntimeMode);
        PlannedJob batch = planner.PlanAsBatch(SqlParser.Parse("SELECT 1", "job.sql"), null).Statements.OfType<PlannedJob>().Single();
        Assert.Equal("batch", batch.Settings.Single(o => o.Key == OptionTable.RuntimeMode).Value);
        Assert.True(batch.IsBatch);
        Assert.Equal((mode, origin), Of(planner, OptionTable.RuntimeMode));
        Plan(planner, $"RESET '{OptionTable.Parallelism}';");
        Assert.Equal(("2", OptionOrigin.File), Of(planner, OptionTable.Parallelism));
        Assert.Equal(("4", OptionOrigin.Set), Of(planner, "a.of-nobody"));
        Plan(planner, "RESET;");
        Assert.DoesNotContain(planner.Settings, o => o.Key == "a.of-nobody");
        Assert.Equal(("1", OptionOrigin.File), Of(planner, "b.of-nobody"));
    }

    [Fact]
    public async Task Planners_of_one_program_share_its_tables_and_no_definition_or_option()
    {
        await using var world = new SessionWorld();
        ScriptPlanner one = world.Host.BeginPlanning();
        ScriptPlanner two = world.Host.BeginPlanning();
        Plan(one, $"CREATE TEMPORARY VIEW mine AS SELECT 1 AS a; CREATE DATABASE other; SET '{OptionTable.Parallelism}' = '3';");
        Assert.Empty(two.Catalog.Objects);
        Assert.DoesNotContain("other", two.Catalog.Catalogs[Catalog.DefaultCatalog].Databases.Keys);
        Assert.Equal(OptionOrigin.Default, Of(two, OptionTable.Parallelism).Origin);
        Assert.NotNull(one.Catalog.FindSystem("jobs"));
        Assert.Same(one.Catalog.FindSystem("jobs"), two.Catalog.FindSystem("jobs"));
        Assert.Empty(world.Host.BeginPlanning().Catalog.Objects);
    }

    [Fact]
    public void Jobs_say_what_EXPLAIN_says_where_that_is_asked_for()
    {
        Assert.Contains("== Logical plan ==", Explanation(explains: true), System.StringComparison.Ordinal);
        Assert.Empty(Explanation(explains: false));

        static string Explanation(bool explains) => new ScriptPlanner(
            PlannerFixture.Connectors, PlannerOptions.Default with { Explains = explains })
            .Plan(SqlParser.Parse("SELECT 1", "job.sql")).Statements.OfType<PlannedJob>().Single().Explanation;
    }

    private static (string? Value, OptionOrigin Origin) Of(ScriptPlanner planner, string key)
    {
        SessionOption option = planner.Settings.Single(o => o.Key == key);
        return (option.Value, option.Origin);
    }

    private static void Plan(ScriptPlanner planner, string sql)
    {
        PlanResult result = planner.Plan(SqlParser.Parse(sql, "job.sql"));
        Assert.True(result.IsSuccess, PlannerFixture.Errors(result));
    }
}
