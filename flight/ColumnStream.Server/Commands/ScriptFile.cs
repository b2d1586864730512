using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Options;
using ColumnStream.Planner;
using ColumnStream.Planner.Settings;
using ColumnStream.Sql;

namespace ColumnStream.Server.Commands;

/// <summary>Reads scripts and command-line options for the commands.</summary>
internal static class ScriptFile
{
    /// <summary>Reads a script; <c>-</c> is standard input. Null, after a message, if it cannot be read.</summary>
    public static SourceText? Read(string path)
    {
        try
        {
            return path == "-"
                ? new SourceText(Console.In.ReadToEnd(), "<stdin>")
                : new SourceText(File.ReadAllText(path), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error CST5001: Script cannot be read: {path}. {error.Message}");
            return null;
        }
    }

    /// <summary>Adds what the command line agrees to as options.</summary>
    public static IReadOnlyList<string> WithConsent(IReadOnlyList<string> pairs, bool drops, bool beginsInTheMiddle) =>
    [
        .. pairs,
        .. drops ? [$"{OptionTable.UnclaimedState}=true"] : Array.Empty<string>(),
        .. beginsInTheMiddle ? [$"{OptionTable.PartialHistory}=true"] : Array.Empty<string>(),
    ];

    /// <summary>Turns <c>-D key=value</c> pairs into options; null, after a message, if one is wrong.</summary>
    public static PlannerOptions? Options(IReadOnlyList<string> pairs, int? parallelism, bool quiet)
    {
        var settings = new List<SessionOption>();
        foreach (string pair in pairs)
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                Console.Error.WriteLine($"columnstream: -D expects key=value: {pair}");
                return null;
            }

            string key = OptionTable.Canonical(pair[..equals].Trim());
            string value = pair[(equals + 1)..].Trim();
            if (!Check(key, value, quiet))
            {
                return null;
            }

            settings.Add(new SessionOption(key, value, OptionOrigin.CommandLine));
        }

        if (parallelism is int tasks)
        {
            if (tasks < 1)
            {
                Console.Error.WriteLine($"columnstream: --parallelism expects at least 1: {tasks}");
                return null;
            }

            settings.Add(new SessionOption(
                OptionTable.Parallelism, $"{tasks}", OptionOrigin.CommandLine));
        }

        return new PlannerOptions(ValueList.From(settings));
    }

    /// <summary>Prints errors and warnings with line and caret; returns whether the script may run.</summary>
    public static bool Report(PlanResult plan, bool quiet)
    {
        if (!quiet)
        {
            foreach (SqlDiagnostic warning in plan.Warnings)
            {
                string text = SqlDiagnosticFormatter.Format(plan.Source, warning);
                Console.Error.WriteLine(text.Replace(": error CST", ": warning CST", StringComparison.Ordinal));
            }
        }

        foreach (SqlDiagnostic error in plan.Errors)
        {
            Console.Error.WriteLine(SqlDiagnosticFormatter.Format(plan.Source, error));
        }

        return plan.IsSuccess;
    }

    /// <summary>Holds a pair against the table of options, as SET does: unknown keys warn, wrong values are refused.</summary>
    private static bool Check(string key, string value, bool quiet)
    {
        if (OptionTable.Find(key) is not { } option)
        {
            string? near = OptionValue.Nearest(OptionTable.All.Select(o => o.Key), key);
            if (!quiet)
            {
                Console.Error.WriteLine(
                    $"columnstream: warning: -D option '{key}' is unknown.{(near is null ? "" : $" Did you mean '{near}'?")}");
            }

            return true;
        }

        if (!OptionValue.IsValid(option, value))
        {
            Console.Error.WriteLine(
                $"columnstream: -D option '{key}' has a wrong value '{value}': expected {OptionValue.Expected(option)}.");
            return false;
        }

        return true;
    }
}
