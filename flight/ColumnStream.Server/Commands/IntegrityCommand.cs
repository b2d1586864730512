using System;
using System.Collections.Generic;
using System.CommandLine;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Errors;
using ColumnStream.Planner;
using ColumnStream.Server.Composition;
using ColumnStream.Server.Results;
using ColumnStream.Server.Session;

namespace ColumnStream.Server.Commands;

/// <summary>Compares what a job read, wrote and made visible: <c>columnstream integrity job</c>.</summary>
internal static class IntegrityCommand
{
    public static Command Create()
    {
        var job = new Argument<string>("job")
        {
            Description = "Name of a job below execution.checkpointing.dir, or the address of its own folder.",
        };
        var defines = new Option<string[]>("-D") { Description = "Sets an option.", HelpName = "key=value" };
        var command = new Command(
            "integrity",
            "Compares a job's ledger with its checkpoints and with the files that its sinks wrote. "
            + "Ends with 0 if all agrees, with 1 and the first epoch that differs if not.")
        {
            job, defines,
        };
        command.SetAction(parsed => Compare(parsed.GetValue(job)!, parsed.GetValue(defines) ?? []));
        return command;
    }

    private static int Compare(string job, IReadOnlyList<string> defines)
    {
        PlannerOptions? settings = ScriptFile.Options(defines, parallelism: null, quiet: true);
        if (settings is null)
        {
            return ExitCode.Usage;
        }

        using var node = new NodeBuilder(Console.Out, Console.Error);
        try
        {
            (ValueList<ValueList<string>> rows, bool isOk) =
                new IntegrityView(node).Compare(new JobSettings(settings.Settings).Text, job);
            TextTable.Print(Console.Out, IntegrityView.Columns, [.. rows]);
            return isOk ? ExitCode.Done : ExitCode.Failed;
        }
        catch (ColumnStreamException error)
        {
            StatementRunner.Print(error);
            return error is UserException ? ExitCode.Usage : ExitCode.Failed;
        }
    }
}
