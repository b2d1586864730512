using System;
using System.IO;
using System.Text;
using ColumnStream.Server.Commands;
using ColumnStream.Sql;

namespace ColumnStream.Server.Shell;

/// <summary>Reads statements and runs them in one session: from a terminal, a pipe or a text.</summary>
internal sealed class SqlShell : IDisposable
{
    private const string Prompt = "sql> ";
    private const string Continuation = "   > ";
    private readonly IShellEngine _engine;

    /// <summary>Makes a shell over an engine, which is the shell's then.</summary>
    public SqlShell(IShellEngine engine) => _engine = engine;

    public void Dispose() => _engine.Dispose();

    /// <summary>Runs a whole text; returns the exit code.</summary>
    public int Run(SourceText text) => _engine.Execute(text, isInteractive: false, out _);

    /// <summary>Runs statements as they come out of a pipe, each when its semicolon is there; the first failure ends it.</summary>
    public int Run(TextReader input)
    {
        var pending = new StringBuilder();
        int line = 1;
        int pendingLine = 1;
        while (input.ReadLine() is { } read)
        {
            pending.Append(read).Append('\n');
            line++;
            string text = pending.ToString();
            var ends = StatementScanner.Ends(text);
            int end = ends.Count == 0 ? 0 : ends[^1];
            if (end == 0)
            {
                continue;
            }

            int code = _engine.Execute(Place(text[..end], pendingLine), isInteractive: false, out _);
            if (code != ExitCode.Done)
            {
                return code;
            }

            pending.Clear().Append(text.AsSpan(end));
            pendingLine = line - (StatementScanner.IsBlank(text.AsSpan(end)) ? 0 : 1);
            if (pendingLine == line)
            {
                pending.Clear();
            }
        }

        string rest = pending.ToString();
        return StatementScanner.IsBlank(rest)
            ? ExitCode.Done : _engine.Execute(Place(rest, pendingLine), isInteractive: false, out _);
    }

    /// <summary>Reads statements from a terminal until the user ends it.</summary>
    public int Run(ITerminal terminal, History history)
    {
        var completer = new SqlCompleter(_engine.Catalog, _engine.Connectors);
        var editor = new LineEditor(terminal, history, IsComplete, completer.Complete);
        terminal.Write("ColumnStream SQL. End statements with ';'. Tab completes, 'help' shows more, 'quit' or Ctrl-D ends.\r\n");
        string text = string.Empty;
        int cursor = 0;
        while (true)
        {
            EditOutcome outcome = editor.Edit(Prompt, Continuation, text, cursor);
            (text, cursor) = (string.Empty, 0);
            if (outcome == EditOutcome.End)
            {
                return ExitCode.Done;
            }

            if (outcome == EditOutcome.Cancelled || StatementScanner.IsBlank(editor.Text))
            {
                continue;
            }

            history.Add(editor.Text.TrimEnd());
            if (ShellCommand.Find(editor.Text) is { } command)
            {
                if (command.Name == "quit")
                {
                    return ExitCode.Done;
                }

                command.Run(terminal);
                continue;
            }

            // A statement that is wrong comes back, with the cursor at its first error.
            _engine.Execute(new SourceText(editor.Text, "sql"), isInteractive: true, out int errorAt);
            if (errorAt >= 0)
            {
                (text, cursor) = (editor.Text, Math.Min(errorAt, editor.Text.Length));
            }
        }
    }

    private static bool IsComplete(string text) =>
        StatementScanner.IsComplete(text) || StatementScanner.IsBlank(text) || ShellCommand.Find(text) is not null;

    /// <summary>Gives text behind so many lines the place that it has in the whole.</summary>
    private static SourceText Place(string text, int line) => new(new string('\n', line - 1) + text, "<stdin>");
}
