using System;
using System.CommandLine;
using System.IO;
using ColumnStream.Planner.Functions;
using ColumnStream.Server.Composition;

namespace ColumnStream.Server.Commands;

/// <summary>Lists the SQL functions: <c>columnstream functions [name]</c>.</summary>
internal static class FunctionsCommand
{
    private const string DefaultCases = "tests/sql/functions";

    public static Command Create()
    {
        var name = new Argument<string?>("name")
        {
            Description = "A name, a part of one or a LIKE pattern; all functions without it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var coverage = new Option<bool>("--coverage")
        {
            Description = "Plans every entry of Flink's list of functions and shows which are covered.",
        };
        var cases = new Option<string?>("--cases")
        {
            Description = $"Folder of case files, whose sourced rows --coverage counts; {DefaultCases} if there is one.",
            HelpName = "folder",
        };
        var require = new Option<int>("--require")
        {
            Description = "With --coverage: fails unless all entries are covered and have so many sourced rows.",
            HelpName = "rows",
        };
        var command = new Command("functions", "Lists SQL functions with signatures and an example.")
        {
            name, coverage, cases, require,
        };
        command.SetAction(parsed => parsed.GetValue(coverage)
            ? Coverage(parsed.GetValue(cases), parsed.GetValue(require))
            : List(parsed.GetValue(name)));
        return command;
    }

    private static int Coverage(string? folder, int require)
    {
        folder ??= Directory.Exists(DefaultCases) ? DefaultCases : null;
        if (folder is not null && !Directory.Exists(folder))
        {
            Console.Error.WriteLine($"columnstream: folder of --cases does not exist: {folder}");
            return ExitCode.Usage;
        }

        using var node = new NodeBuilder(Console.Out, Console.Error);
        return new CoverageReport(Console.Out, Console.Error).Print(
            FunctionCoverage.Compute(node.Connectors), folder, require);
    }

    private static int List(string? name) =>
        FunctionHelp.Print(Console.Out, Console.Error, name) ? ExitCode.Done : ExitCode.Usage;
}
