using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text;
using ColumnStream.Server.Results;

namespace ColumnStream.Server.Shell;

/// <summary>Edits one text of several lines on a terminal: keys as in other shells, history, completion.</summary>
/// <remarks>
/// Enter ends the text when it is complete and begins a new line otherwise. Every key draws the text anew, from the first row
/// on; rows are cut by our own count of columns, so that wide characters and full rows stand where the cursor thinks.
/// </remarks>
internal sealed class LineEditor(
    ITerminal terminal, History history, Func<string, bool> isComplete, Func<string, int, Completion> complete)
{
    private const int MostListed = 200;
    private string _prompt = string.Empty;
    private string _continuation = string.Empty;
    private string _text = string.Empty;
    private string _killed = string.Empty;
    private int _cursor;
    private int _drawnRow;
    private HistoryWalk _walk = new([], string.Empty);

    /// <summary>Gets the text of the last edit.</summary>
    public string Text => _text;

    /// <summary>Edits a text until it is complete.</summary>
    public EditOutcome Edit(string prompt, string continuation, string text = "", int cursor = 0)
    {
        (_prompt, _continuation, _text, _cursor, _drawnRow) = (prompt, continuation, text, cursor, 0);
        _walk = new HistoryWalk(history.Entries, text);
        terminal.IsEditing = true;
        try
        {
            return Edit();
        }
        finally
        {
            terminal.IsEditing = false;
        }
    }

    private EditOutcome Edit()
    {
        Draw();
        while (true)
        {
            ConsoleKeyInfo key = terminal.Read();
            if (Ends(key) is { } outcome)
            {
                _cursor = _text.Length;
                Draw();
                terminal.Write(outcome == EditOutcome.Cancelled ? "^C\r\n" : "\r\n");
                return outcome;
            }

            Apply(key);
            if (!terminal.HasInput)
            {
                Draw();
            }
        }
    }

    private EditOutcome? Ends(ConsoleKeyInfo key)
    {
        bool isControl = (key.Modifiers & ConsoleModifiers.Control) != 0;
        if (isControl && key.Key == ConsoleKey.C)
        {
            return EditOutcome.Cancelled;
        }

        if (isControl && key.Key == ConsoleKey.D && _text.Length == 0)
        {
            return EditOutcome.End;
        }

        bool isPlainEnter = key.Key == ConsoleKey.Enter && (key.Modifiers & (ConsoleModifiers.Alt | ConsoleModifiers.Shift)) == 0;
        return isPlainEnter && isComplete(_text) ? EditOutcome.Text : null;
    }

    private void Apply(ConsoleKeyInfo key)
    {
        bool isControl = (key.Modifiers & ConsoleModifiers.Control) != 0;
        bool isAlt = (key.Modifiers & ConsoleModifiers.Alt) != 0;
        if (key.Key is not (ConsoleKey.UpArrow or ConsoleKey.DownArrow))
        {
            _walk.IsUsed = false;
        }

        switch (key.Key)
        {
            case ConsoleKey.Enter:
                Insert("\n");
                break;
            case ConsoleKey.Tab:
                Complete();
                break;
            case ConsoleKey.Backspace:
                Remove(isControl || isAlt ? WordBefore() : Before(_cursor), _cursor);
                break;
            case ConsoleKey.Delete:
                Remove(_cursor, After(_cursor));
                break;
            case ConsoleKey.LeftArrow:
                _cursor = isControl || isAlt ? WordBefore() : Before(_cursor);
                break;
            case ConsoleKey.RightArrow:
                _cursor = isControl || isAlt ? WordAfter() : After(_cursor);
                break;
            case ConsoleKey.Home:
                _cursor = LineStart();
                break;
            case ConsoleKey.End:
                _cursor = LineEnd();
                break;
            case ConsoleKey.UpArrow:
                Up();
                break;
            case ConsoleKey.DownArrow:
                Down();
                break;
            case ConsoleKey.Escape when terminal.HasInput:
                // What follows at once belongs to it: Escape and a letter are Alt and the letter.
                ApplyAlt(terminal.Read());
                break;
            case ConsoleKey.Escape:
                break;
            default:
                ApplyLetter(key, isControl, isAlt);
                break;
        }
    }

    private void ApplyLetter(ConsoleKeyInfo key, bool isControl, bool isAlt)
    {
        switch (isControl ? key.Key : isAlt ? ConsoleKey.NoName : default)
        {
            case ConsoleKey.A:
                _cursor = LineStart();
                break;
            case ConsoleKey.E:
                _cursor = LineEnd();
                break;
            case ConsoleKey.B:
                _cursor = Before(_cursor);
                break;
            case ConsoleKey.F:
                _cursor = After(_cursor);
                break;
            case ConsoleKey.D:
                Remove(_cursor, After(_cursor));
                break;
            case ConsoleKey.H:
                Remove(Before(_cursor), _cursor);
                break;
            case ConsoleKey.K:
                Kill(_cursor, LineEnd());
                break;
            case ConsoleKey.U:
                Kill(LineStart(), _cursor);
                break;
            case ConsoleKey.W:
                Kill(WordBefore(), _cursor);
                break;
            case ConsoleKey.Y:
                Insert(_killed);
                break;
            case ConsoleKey.P:
                Up();
                break;
            case ConsoleKey.N:
                Down();
                break;
            case ConsoleKey.L:
                terminal.Write("\u001b[H\u001b[2J");
                _drawnRow = 0;
                break;
            case ConsoleKey.NoName:
                ApplyAlt(key);
                break;
            default:
                if (!isControl && key.KeyChar != '\0' && !char.IsControl(key.KeyChar))
                {
                    Insert(key.KeyChar.ToString());
                }

                break;
        }
    }

    private void ApplyAlt(ConsoleKeyInfo key)
    {
        switch (key.Key)
        {
            case ConsoleKey.Enter:
                Insert("\n");
                break;
            case ConsoleKey.Backspace:
                Kill(WordBefore(), _cursor);
                break;
            case ConsoleKey.B:
                _cursor = WordBefore();
                break;
            case ConsoleKey.F:
                _cursor = WordAfter();
                break;
            case ConsoleKey.D:
                Kill(_cursor, WordAfter());
                break;
            default:
                break;
        }
    }

    private void Insert(string text)
    {
        _text = _text.Insert(_cursor, text);
        _cursor += text.Length;
    }

    private void Remove(int from, int to)
    {
        _text = _text.Remove(from, to - from);
        _cursor = from;
    }

    private void Kill(int from, int to)
    {
        _killed = _text[from..to];
        Remove(from, to);
    }

    private int Before(int index)
    {
        int at = 0;
        while (at < index)
        {
            int next = at + StringInfo.GetNextTextElementLength(_text, at);
            if (next >= index)
            {
                break;
            }

            at = next;
        }

        return at;
    }

    private int After(int index) => index == _text.Length ? index : index + StringInfo.GetNextTextElementLength(_text, index);

    private int WordBefore()
    {
        int at = _cursor;
        while (at > 0 && !char.IsLetterOrDigit(_text[at - 1]))
        {
            at--;
        }

        while (at > 0 && (char.IsLetterOrDigit(_text[at - 1]) || _text[at - 1] == '_'))
        {
            at--;
        }

        return at;
    }

    private int WordAfter()
    {
        int at = _cursor;
        while (at < _text.Length && !char.IsLetterOrDigit(_text[at]))
        {
            at++;
        }

        while (at < _text.Length && (char.IsLetterOrDigit(_text[at]) || _text[at] == '_'))
        {
            at++;
        }

        return at;
    }

    private int LineStart() => _cursor == 0 ? 0 : _text.LastIndexOf('\n', _cursor - 1) + 1;

    private int LineEnd() => _text.IndexOf('\n', _cursor) is >= 0 and int end ? end : _text.Length;

    private void Up()
    {
        int start = LineStart();
        if (start > 0 && !_walk.IsUsed)
        {
            int column = _cursor - start;
            int previous = start == 1 ? 0 : _text.LastIndexOf('\n', start - 2) + 1;
            _cursor = Math.Min(previous + column, start - 1);
            return;
        }

        Show(_walk.Back(_text));
    }

    private void Down()
    {
        int end = LineEnd();
        if (end < _text.Length && !_walk.IsUsed)
        {
            int column = _cursor - LineStart();
            int nextEnd = _text.IndexOf('\n', end + 1) is >= 0 and int found ? found : _text.Length;
            _cursor = Math.Min(end + 1 + column, nextEnd);
            return;
        }

        Show(_walk.Forth());
    }

    private void Show(string? entry)
    {
        if (entry is not null)
        {
            _text = entry;
            _cursor = _text.Length;
        }
    }

    private void Complete()
    {
        if (terminal.HasInput)
        {
            // More comes at once: this is pasted text, in which a tab is space.
            Insert("    ");
            return;
        }

        Completion found = complete(_text, _cursor);
        if (found.Items.Count == 0)
        {
            return;
        }

        string common = found.Items.Aggregate(CommonPrefix);
        int typed = _cursor - found.Start;
        if (found.Items.Count == 1 || common.Length > typed)
        {
            _text = string.Concat(_text.AsSpan(0, found.Start), common, _text.AsSpan(_cursor));
            _cursor = found.Start + common.Length;
            return;
        }

        List(found.Items);
    }

    private static string CommonPrefix(string left, string right)
    {
        int length = 0;
        while (length < left.Length && length < right.Length
            && char.ToUpperInvariant(left[length]) == char.ToUpperInvariant(right[length]))
        {
            length++;
        }

        return left[..length];
    }

    private void List(IReadOnlyList<string> items)
    {
        int cursor = _cursor;
        _cursor = _text.Length;
        Draw();
        var output = new StringBuilder("\r\n");
        string[] shown = [.. items.Take(MostListed).Select(i => i.TrimEnd())];
        int width = shown.Max(i => i.Length) + 2;
        int columns = Math.Max(1, terminal.Width / width);
        for (int i = 0; i < shown.Length; i++)
        {
            bool isLast = i % columns == columns - 1 || i == shown.Length - 1;
            output.Append(isLast ? shown[i] + "\r\n" : shown[i].PadRight(width));
        }

        output.Append(items.Count > MostListed ? $"… {items.Count - MostListed} more\r\n" : string.Empty);
        terminal.Write(output.ToString());
        _cursor = cursor;
        _drawnRow = 0;
    }

    private void Draw()
    {
        var output = new StringBuilder();
        output.Append(_drawnRow > 0 ? $"\u001b[{_drawnRow}A" : string.Empty).Append("\r\u001b[J");
        var screen = new Screen(output, terminal.Width);
        screen.Put(_prompt);
        (int Row, int Column) cursor = default;
        for (int i = 0; i < _text.Length;)
        {
            if (i == _cursor)
            {
                cursor = screen.Position();
            }

            int length = StringInfo.GetNextTextElementLength(_text, i);
            if (_text[i] is '\n' or '\r')
            {
                screen.NewLine();
                screen.Put(_continuation);
            }
            else
            {
                screen.Put(_text.Substring(i, length));
            }

            i += length;
        }

        if (_cursor == _text.Length)
        {
            cursor = screen.Position();
        }

        int down = screen.Row - cursor.Row;
        output.Append(down > 0 ? $"\u001b[{down}A" : string.Empty).Append('\r');
        output.Append(cursor.Column > 0 ? $"\u001b[{cursor.Column}C" : string.Empty);
        _drawnRow = cursor.Row;
        terminal.Write(output.ToString());
    }

    /// <summary>Counts rows and columns while text is written, and breaks rows itself.</summary>
    private sealed class Screen(StringBuilder output, int width)
    {
        private int _column;

        public int Row { get; private set; }

        public void Put(string text)
        {
            int columns = DisplayWidth.Of(text);
            if (_column + columns > width)
            {
                NewLine();
            }

            output.Append(text);
            _column += columns;
        }

        public void NewLine()
        {
            output.Append("\r\n");
            Row++;
            _column = 0;
        }

        public (int Row, int Column) Position()
        {
            if (_column >= width)
            {
                NewLine();
            }

            return (Row, _column);
        }
    }
}
