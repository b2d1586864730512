using System;
using System.Collections.Generic;
using System.CommandLine;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Results;
using ColumnStream.Sql;

namespace ColumnStream.Server.Commands;

/// <summary>Shows the plans of a script's jobs without running them: <c>columnstream explain job.sql</c>.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var script = new Argument<string>("script") { Description = "SQL file, or - for standard input." };
        var defines = new Option<string[]>("-D") { Description = "Sets an option before the script.", HelpName = "key=value" };
        var parallelism = new Option<int?>("--parallelism", "-p") { Description = "Subtasks of each step." };
        var command = new Command("explain", "Shows the plans of a script's jobs without running them.")
        {
            script, defines, parallelism,
        };
        command.SetAction(parsed => Explain(
            parsed.GetValue(script)!, parsed.GetValue(defines) ?? [], parsed.GetValue(parallelism)));
        return command;
    }

    private static int Explain(string path, IReadOnlyList<string> defines, int? parallelism)
    {
        SourceText? source = ScriptFile.Read(path);
        PlannerOptions? settings = ScriptFile.Options(defines, parallelism, quiet: false);
        if (source is null || settings is null)
        {
            return ExitCode.Usage;
        }

        using var node = new NodeBuilder(Console.Out, Console.Error, new ResultConnector());
        PlanResult plan = new ScriptPlanner(node.Connectors, settings).Plan(SqlParser.Parse(source));
        if (!ScriptFile.Report(plan, quiet: false))
        {
            return ExitCode.Usage;
        }

        foreach (PlannedStatement statement in plan.Statements)
        {
            if (statement is PlannedJob job)
            {
                Console.Out.WriteLine($"-- {job.Summary}");
                Console.Out.WriteLine(job.Explanation);
            }
            else if (statement is PlannedListing listing)
            {
                TextTable.Print(Console.Out, listing.Columns, [.. listing.Rows]);
            }
        }

        return ExitCode.Done;
    }
}
