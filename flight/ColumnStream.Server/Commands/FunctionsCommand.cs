using System;
using System.CommandLine;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Functions;

namespace ColumnStream.Server.Commands;

/// <summary>Lists the SQL functions: <c>columnstream functions [name]</c>.</summary>
internal static class FunctionsCommand
{
    public static Command Create()
    {
        var name = new Argument<string?>("name")
        {
            Description = "Part of a name; all functions without it.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("functions", "Lists SQL functions with signatures and an example.") { name };
        command.SetAction(parsed => List(parsed.GetValue(name)));
        return command;
    }

    private static int List(string? part)
    {
        int count = 0;
        foreach (ScalarFunction function in FunctionTable.All)
        {
            if (Matches(function.Name, part))
            {
                count++;
                Console.Out.WriteLine(string.Join("\n", function.Signatures));
                Console.Out.WriteLine($"    {function.Doc}");
                Console.Out.WriteLine($"    {function.Example}");
            }
        }

        foreach (AggregateFunction function in AggregateTable.All)
        {
            if (Matches(function.Name, part))
            {
                count++;
                Console.Out.WriteLine(string.Join("\n", function.Signatures));
                Console.Out.WriteLine($"    {function.Doc} (aggregate)");
            }
        }

        if (count == 0)
        {
            Console.Error.WriteLine($"columnstream: no function has this in its name: {part}");
            return ExitCode.Usage;
        }

        return ExitCode.Done;
    }

    private static bool Matches(string name, string? part) =>
        part is null || name.Contains(part, StringComparison.OrdinalIgnoreCase);
}
