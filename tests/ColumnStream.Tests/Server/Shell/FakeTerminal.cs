using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Server.Shell;

namespace ColumnStream.Tests.Server.Shell;

/// <summary>Gives keys and keeps a screen that follows the escape sequences the editor writes.</summary>
internal sealed class FakeTerminal(int width) : ITerminal
{
    private readonly Queue<ConsoleKeyInfo> _keys = new();
    private readonly List<StringBuilder> _rows = [new()];

    public int Width => width;

    public bool HasInput => false;

    public bool IsEditing { get; set; }

    /// <summary>Gets the row and column of the cursor.</summary>
    public (int Row, int Column) Cursor { get; private set; }

    /// <summary>Gets the screen without spaces at ends.</summary>
    public string Screen => string.Join('\n', _rows.ConvertAll(r => r.ToString().TrimEnd())).TrimEnd('\n');

    public void Type(string text)
    {
        foreach (char c in text)
        {
            _keys.Enqueue(new ConsoleKeyInfo(c, c == '\r' ? ConsoleKey.Enter : c == '\t' ? ConsoleKey.Tab : default, false, false, false));
        }
    }

    public void Press(ConsoleKey key, int times = 1, bool control = false, bool alt = false)
    {
        for (int i = 0; i < times; i++)
        {
            _keys.Enqueue(new ConsoleKeyInfo('\0', key, false, alt, control));
        }
    }

    public ConsoleKeyInfo Read() => _keys.Dequeue();

    public void Write(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            (int row, int column) = Cursor;
            switch (text[i])
            {
                case '\r':
                    Cursor = (row, 0);
                    break;
                case '\n':
                    Cursor = (row + 1, column);
                    Room();
                    break;
                case '\u001b':
                    i = Escape(text, i + 2);
                    break;
                default:
                    Put(text[i]);
                    break;
            }
        }
    }

    private void Put(char c)
    {
        StringBuilder row = _rows[Cursor.Row];
        row.Append(' ', Math.Max(0, Cursor.Column + 1 - row.Length));
        row[Cursor.Column] = c;
        Cursor = (Cursor.Row, Cursor.Column + 1);
        if (Cursor.Column > width)
        {
            throw new InvalidOperationException("The editor writes beyond the last column.");
        }
    }

    private int Escape(string text, int at)
    {
        int number = 0;
        for (; char.IsAsciiDigit(text[at]); at++)
        {
            number = (number * 10) + text[at] - '0';
        }

        (int row, int column) = Cursor;
        switch (text[at])
        {
            case 'A':
                Cursor = (row - number, column);
                break;
            case 'C':
                Cursor = (row, column + number);
                break;
            case 'J':
                _rows[row].Length = Math.Min(_rows[row].Length, column);
                _rows.RemoveRange(row + 1, _rows.Count - row - 1);
                break;
            default:
                throw new InvalidOperationException($"Escape sequence is not known: {text[at]}.");
        }

        return at;
    }

    private void Room()
    {
        while (_rows.Count <= Cursor.Row)
        {
            _rows.Add(new StringBuilder());
        }
    }
}
