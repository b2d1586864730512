using System;
using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Options;
using ColumnStream.Planner;
using ColumnStream.Planner.Settings;
using ColumnStream.Runtime.Savepoints;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Results;
using ColumnStream.Server.Session;
using ColumnStream.Server.State;
using ColumnStream.Sql;

namespace ColumnStream.Server.Commands;

/// <summary>Looks into savepoints and checkpoints: <c>columnstream state ls|show|query</c>.</summary>
internal static class StateCommand
{
    public static Command Create() => new("state", "Looks into savepoints and checkpoints.") { Ls(), Show(), Query() };

    private static Command Ls()
    {
        var folder = new Argument<string>("folder")
        {
            Description = "A folder of savepoints or checkpoints, or above some.",
            DefaultValueFactory = static _ => ".columnstream",
        };
        var format = Format("table", "json");
        var defines = Defines();
        var command = new Command("ls", "Lists the savepoints and checkpoints below a folder.") { folder, format, defines };
        command.SetAction(parsed => With(parsed.GetValue(defines), (stores, option) =>
        {
            string address = parsed.GetValue(folder)!;
            StateListing.Print(
                Console.Out, stores.Open(new RestorePath(address, null).Existing().Address, option), address,
                parsed.GetValue(format) == "json");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Show()
    {
        Argument<string> path = PathArgument();
        var format = Format("table", "json");
        var defines = Defines();
        var command = new Command(
            "show", "Shows operators, states, sizes, source positions and open transactions of one savepoint or checkpoint.")
        {
            path, format, defines,
        };
        command.SetAction(parsed => With(parsed.GetValue(defines), (stores, option) =>
        {
            SavedState saved = Open(parsed.GetValue(path)!, stores, option);
            using BufferPool pool = BufferPools.FromEnvironment();
            var memory = new BufferAllocator("state", pool);
            StateReport.Print(Console.Out, saved, SavedTables.Of(saved, memory), memory, parsed.GetValue(format) == "json");
            return ExitCode.Done;
        }));
        return command;
    }

    private static Command Query()
    {
        Argument<string> path = PathArgument();
        var sql = new Argument<string>("sql") { Description = "A SELECT over state.<operator>.<state>, as 'show' names them." };
        var format = Format("table", "csv", "json", "arrow");
        var defines = Defines();
        var command = new Command(
            "query", "Runs SQL over state: columns subtask and key_group, then keys and values of the state.")
        {
            path, sql, format, defines,
        };
        command.SetAction(parsed => With(parsed.GetValue(defines), (stores, option) => Run(
            Open(parsed.GetValue(path)!, stores, option), parsed.GetValue(sql)!, parsed.GetValue(defines) ?? [],
            new RunOptions(ResultFormats.Parse(parsed.GetValue(format)), "none", IsQuiet: true))));
        return command;
    }

    private static int Run(SavedState saved, string sql, IReadOnlyList<string> defines, RunOptions options)
    {
        IReadOnlyList<SavedTable> tables;
        using (BufferPool pool = BufferPools.FromEnvironment())
        {
            tables = SavedTables.Of(saved, new BufferAllocator("state", pool));
        }

        using var node = new NodeBuilder(Console.Out, Console.Error, new StateConnector(saved, tables));
        PlannerOptions settings = ScriptFile.Options(defines, parallelism: null, quiet: true)!;
        settings = settings with
        {
            // All of it is there: only final rows, in order where that is asked for.
            Settings = ValueList.From(settings.Settings.Append(
                new SessionOption(OptionTable.RuntimeMode, "batch", OptionOrigin.CommandLine))),
        };
        var planner = new ScriptPlanner(node.Connectors, settings);
        PlanResult definitions = planner.Plan(SqlParser.Parse(new SourceText(StateConnector.Definitions(tables), "state")));
        if (!ScriptFile.Report(definitions, quiet: true))
        {
            return ExitCode.Failed;
        }

        PlanResult plan = planner.Plan(SqlParser.Parse(new SourceText(Backticked(sql), "query")));
        if (!ScriptFile.Report(plan, quiet: false))
        {
            Console.Error.WriteLine("Tables: " + string.Join(
                ", ", tables.Select(static t => $"state.{t.Operator}.`{t.State}`")));
            return ExitCode.Usage;
        }

        using var runner = new StatementRunner(node, "state", options);
        return runner.Run(plan);
    }

    /// <summary>Lets names stand in double quotes, which shells leave alone: the dialect knows backticks only.</summary>
    private static string Backticked(string sql)
    {
        char[] text = sql.ToCharArray();
        char inside = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            if (inside != '\0')
            {
                bool ends = text[i] == inside;
                text[i] = ends && inside == '"' ? '`' : text[i];
                inside = ends ? '\0' : inside;
            }
            else if (text[i] is '\'' or '`' or '"')
            {
                inside = text[i];
                text[i] = inside == '"' ? '`' : inside;
            }
        }

        return new string(text);
    }

    private static SavedState Open(string path, ObjectStoreTable stores, Func<string, string?> option)
    {
        RestorePath at = RestorePath.Parse(path).Existing();
        return SavedState.Open(stores.Open(at.Address, option), at.Epoch, at.Address);
    }

    private static int With(string[]? defines, Func<ObjectStoreTable, Func<string, string?>, int> command)
    {
        if (ScriptFile.Options(defines ?? [], parallelism: null, quiet: false) is not { } settings)
        {
            return ExitCode.Usage;
        }

        using var stores = new ObjectStoreTable(
            TimeProvider.System, new Random(Environment.ProcessId), Environment.GetEnvironmentVariable);
        return JobCommands.Guarded(() => command(
            stores, key => settings.Settings.LastOrDefault(s => s.Key == key)?.Value ?? OptionTable.Find(key)?.Default));
    }

    private static Argument<string> PathArgument() => new("path")
    {
        Description = "A savepoint, a job's checkpoint folder (its newest), or one checkpoint: job/claim/000000000007.json.",
    };

    private static Option<string?> Format(params string[] forms)
    {
        var format = new Option<string?>("--format") { Description = "Form of the output." };
        format.AcceptOnlyFromAmong(forms);
        return format;
    }

    private static Option<string[]> Defines() => new("-D")
    {
        Description = "Sets an option, as for run: keys of a bucket.",
        HelpName = "key=value",
        AllowMultipleArgumentsPerToken = false,
    };
}
