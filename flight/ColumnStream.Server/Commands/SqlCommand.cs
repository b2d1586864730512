using System;
using System.Collections.Generic;
using System.CommandLine;
using ColumnStream.Planner;
using ColumnStream.Server.Results;
using ColumnStream.Server.Session;
using ColumnStream.Server.Shell;
using ColumnStream.Sql;

namespace ColumnStream.Server.Commands;

/// <summary>Opens the shell: <c>columnstream sql</c>.</summary>
internal static class SqlCommand
{
    public static Command Create()
    {
        var execute = new Option<string?>("--execute", "-e") { Description = "Runs statements and ends.", HelpName = "statements" };
        var file = new Option<string?>("--file", "-f") { Description = "Runs a file and ends.", HelpName = "script" };
        var defines = new Option<string[]>("-D")
        {
            Description = "Sets an option before the first statement.",
            HelpName = "key=value",
            AllowMultipleArgumentsPerToken = false,
        };
        var format = new Option<string?>("--format") { Description = "Form of SELECT results, as for run." };
        format.AcceptOnlyFromAmong("table", "csv", "json", "arrow");
        var parallelism = new Option<int?>("--parallelism", "-p") { Description = "Subtasks of each step." };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "No rates, summaries or warnings." };
        var command = new Command(
            "sql",
            "Runs statements in one session: from the terminal, with history and completion, or from a pipe. "
            + "Ctrl-C cancels the running statement.")
        {
            execute, file, defines, format, parallelism, quiet,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(execute),
            parsed.GetValue(file),
            parsed.GetValue(defines) ?? [],
            parsed.GetValue(parallelism),
            new RunOptions(ResultFormats.Parse(parsed.GetValue(format)), null, parsed.GetValue(quiet))));
        return command;
    }

    private static int Run(string? execute, string? file, IReadOnlyList<string> defines, int? parallelism, RunOptions options)
    {
        SourceText? script = file is null ? null : ScriptFile.Read(file);
        PlannerOptions? settings = ScriptFile.Options(defines, parallelism, options.IsQuiet);
        if (settings is null || (file is not null && script is null))
        {
            return ExitCode.Usage;
        }

        using var shell = new SqlShell(settings, options);
        if (script is not null || execute is not null)
        {
            int code = script is null ? ExitCode.Done : shell.Run(script);
            return code == ExitCode.Done && execute is not null ? shell.Run(new SourceText(execute, "-e")) : code;
        }

        return Console.IsInputRedirected || Console.IsOutputRedirected
            ? shell.Run(Console.In)
            : shell.Run(new SystemTerminal(), new History(History.UserFile()));
    }
}
