using System;
using System.Collections.Generic;
using System.CommandLine;
using ColumnStream.Planner;
using ColumnStream.Planner.Statements;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Results;
using ColumnStream.Server.Session;
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
        var upgrade = new Option<string?>("--upgrade")
        {
            Description = "Shows instead what becomes of state when the script goes on from another script, a checkpoint or a "
                + "savepoint: explain --upgrade old.sql new.sql. Exit code 1 where something is refused.",
            HelpName = "script|address",
        };
        var format = new Option<string?>("--format") { Description = "Form of what --upgrade shows." };
        format.AcceptOnlyFromAmong("table", "json");
        var command = new Command("explain", "Shows the plans of a script's jobs without running them.")
        {
            script, defines, parallelism, upgrade, format,
        };
        command.SetAction(parsed => parsed.GetValue(upgrade) is { } from
            ? Upgrade(
                from, parsed.GetValue(script)!, parsed.GetValue(defines) ?? [], parsed.GetValue(parallelism),
                parsed.GetValue(format) == "json")
            : Explain(parsed.GetValue(script)!, parsed.GetValue(defines) ?? [], parsed.GetValue(parallelism)));
        return command;
    }

    private static int Upgrade(string from, string to, IReadOnlyList<string> defines, int? parallelism, bool isJson)
    {
        if (ScriptFile.Options(defines, parallelism, quiet: false) is not { } settings)
        {
            return ExitCode.Usage;
        }

        using var node = new NodeBuilder(Console.Out, Console.Error);
        return new UpgradeExplainer(node, settings, Console.Out) { IsJson = isJson }.Explain(from, to);
    }

    private static int Explain(string path, IReadOnlyList<string> defines, int? parallelism)
    {
        SourceText? source = ScriptFile.Read(path);
        PlannerOptions? settings = ScriptFile.Options(defines, parallelism, quiet: false);
        if (source is null || settings is null)
        {
            return ExitCode.Usage;
        }

        using var node = new NodeBuilder(Console.Out, Console.Error);
        PlanResult plan = new ScriptPlanner(node.Connectors, settings with { Explains = true }).Plan(SqlParser.Parse(source));
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
            else if (statement is PlannedUpgrade upgrade)
            {
                if (new UpgradeExplainer(node, settings, Console.Out).Explain(upgrade.From, upgrade.To) == ExitCode.Usage)
                {
                    return ExitCode.Usage;
                }
            }
            else if (statement is PlannedListing listing)
            {
                TextTable.Print(Console.Out, listing.Columns, [.. listing.Rows]);
            }
        }

        return ExitCode.Done;
    }
}
