using System;
using System.IO;
using ColumnStream.Server.Commands;

namespace ColumnStream.Server.Shell;

/// <summary>Is a command of the shell, which needs no semicolon: help, clear, quit.</summary>
/// <param name="Name"><c>help</c>, <c>clear</c> or <c>quit</c>.</param>
/// <param name="Argument">What stands behind it, or null.</param>
internal sealed record ShellCommand(string Name, string? Argument)
{
    private const string Help =
        """
        Statements end with ';' and may have several lines.
          help NAME        shows a function, a part of names or a LIKE pattern: help JSON_VALUE, help %DATE%
          clear            clears the screen
          quit, exit, \q   ends the shell, as Ctrl-D does in front of nothing
          SHOW TABLES; SHOW FUNCTIONS; DESCRIBE t; SELECT * FROM sys.functions;
          SET; SET 'key' = 'value'; RESET 'key';
        Keys
          Tab              completes keywords, tables, columns, functions, options, connectors
          Up, Down         walk through the history; text typed before narrows it
          Alt-Enter        begins a new line in any case
          Ctrl-C           cancels the running statement, or drops the text
          Ctrl-A/E/K/U/W/Y beginning, end, cut to end, cut to beginning, cut word, paste
        """;

    /// <summary>Reads a command; null when the text is none.</summary>
    public static ShellCommand? Find(string text)
    {
        string[] parts = text.Trim().TrimEnd(';').Split(
            (char[]?)null, 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        string? argument = parts.Length > 1 ? parts[1] : null;
        return (parts.Length == 0 ? string.Empty : parts[0].ToLowerInvariant()) switch
        {
            "help" or "\\h" or "\\?" or "?" when argument is null || !argument.Contains(' ', StringComparison.Ordinal) =>
                new ShellCommand("help", argument),
            "quit" or "exit" or "\\q" when argument is null => new ShellCommand("quit", null),
            "clear" when argument is null => new ShellCommand("clear", null),
            _ => null,
        };
    }

    /// <summary>Runs help or clear.</summary>
    public void Run(ITerminal terminal)
    {
        if (Name == "clear")
        {
            terminal.Write("\u001b[H\u001b[2J");
            return;
        }

        using var output = new StringWriter();
        if (Argument is null)
        {
            output.WriteLine(Help);
        }
        else
        {
            FunctionHelp.Print(output, output, Argument);
        }

        terminal.Write(output.ToString().ReplaceLineEndings("\r\n"));
    }
}
