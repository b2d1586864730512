using System;
using System.Collections.Generic;
using System.CommandLine;
using ColumnStream.Planner;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Results;
using ColumnStream.Server.Session;
using ColumnStream.Sql;

namespace ColumnStream.Server.Commands;

/// <summary>Runs a script: <c>columnstream run job.sql</c>.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        var script = new Argument<string>("script") { Description = "SQL file, or - for standard input." };
        var defines = new Option<string[]>("-D")
        {
            Description = "Sets an option before the script: -D execution.checkpointing.interval=10s.",
            HelpName = "key=value",
            AllowMultipleArgumentsPerToken = false,
        };
        var format = new Option<string?>("--format")
        {
            Description = "Form of SELECT results. A bounded updating query then prints its final rows only.",
        };
        format.AcceptOnlyFromAmong("table", "csv", "json", "arrow");
        var parallelism = new Option<int?>("--parallelism", "-p") { Description = "Subtasks of each step." };
        var restore = new Option<string?>("--restore")
        {
            Description = "Where INSERT jobs start: latest (the newest checkpoint of this job), none (the default), or the "
                + "address of a savepoint, of a job's checkpoints, or of one of them (job/claim/000000000007.json).",
            HelpName = "latest|none|path",
        };
        var drop = new Option<bool>("--allow-non-restored-state")
        {
            Description = "Drops state of the checkpoint that the statements have no place for; refused without it.",
        };
        var partial = new Option<bool>("--allow-partial-history")
        {
            Description = "Lets new aggregates of groups that the checkpoint knows begin there; refused without it.",
        };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No rates, summaries or warnings." };
        var command = new Command(
            "run",
            "Runs a script. Consecutive INSERTs are one job; a SELECT waits for the jobs before it. "
            + "Exit code: 0 done, 1 a job failed, 2 SQL or usage is wrong.")
        {
            script, defines, format, parallelism, restore, drop, partial, quiet,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(script)!,
            ScriptFile.WithConsent(parsed.GetValue(defines) ?? [], parsed.GetValue(drop), parsed.GetValue(partial)),
            new RunOptions(
                ResultFormats.Parse(parsed.GetValue(format)),
                parsed.GetValue(restore),
                parsed.GetValue(quiet)),
            parsed.GetValue(parallelism)));
        return command;
    }

    private static int Run(string path, IReadOnlyList<string> defines, RunOptions options, int? parallelism)
    {
        SourceText? source = ScriptFile.Read(path);
        PlannerOptions? settings = ScriptFile.Options(defines, parallelism, options.IsQuiet);
        if (source is null || settings is null)
        {
            return ExitCode.Usage;
        }

        using var node = new NodeBuilder(Console.Out, Console.Error);
        var planner = new ScriptPlanner(node.Connectors, settings);
        node.Definitions = planner.Catalog.Content;
        PlanResult plan = planner.Plan(SqlParser.Parse(source));
        if (!ScriptFile.Report(plan, options.IsQuiet))
        {
            return ExitCode.Usage;
        }

        using var runner = new StatementRunner(node, path, options) { Planning = settings };
        return runner.Run(plan);
    }
}
