using System;
using System.IO;
using System.Linq;
using ColumnStream.Server.Shell;
using ColumnStream.Testing.Contracts;
using Xunit;

namespace ColumnStream.Tests.Server.Shell;

/// <summary>Types into the editor on a terminal in memory, and looks at its text and screen.</summary>
public sealed class LineEditorTests
{
    private readonly History _history = new(null);
    private FakeTerminal _terminal = new(40);

    [Fact]
    public void A_statement_may_have_lines_and_ends_with_its_semicolon()
    {
        _terminal.Type("SELECT 1\rFROM t;\r");
        Assert.Equal("SELECT 1\nFROM t;", Edit());
        Assert.Equal("sql> SELECT 1\n   > FROM t;", _terminal.Screen);
    }

    [Fact]
    public void Keys_move_delete_cut_and_paste()
    {
        _terminal.Type("abc def");
        _terminal.Press(ConsoleKey.LeftArrow, 3);
        _terminal.Press(ConsoleKey.Backspace);
        _terminal.Type("_");
        _terminal.Press(ConsoleKey.A, control: true);
        _terminal.Press(ConsoleKey.Delete);
        _terminal.Press(ConsoleKey.E, control: true);
        _terminal.Press(ConsoleKey.W, control: true);
        _terminal.Press(ConsoleKey.Y, control: true);
        _terminal.Press(ConsoleKey.Y, control: true);
        _terminal.Type(";\r");
        Assert.Equal("bc_defbc_def;", Edit());
    }

    [Fact]
    public void Wide_and_joined_characters_are_one_step_and_two_columns()
    {
        _terminal.Type("'日本e\u0301");
        _terminal.Press(ConsoleKey.LeftArrow);
        _terminal.Press(ConsoleKey.Backspace);
        _terminal.Press(ConsoleKey.End);
        _terminal.Type("';\r");
        Assert.Equal("'日e\u0301';", Edit());
    }

    [Theory]
    [InlineData(34)]
    [InlineData(35)]
    [InlineData(36)]
    [InlineData(90)]
    public void Long_lines_break_at_the_width_and_the_cursor_follows(int length)
    {
        string text = string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 26))));
        _terminal.Type(text);
        _terminal.Press(ConsoleKey.Home);
        _terminal.Type("X");
        _terminal.Press(ConsoleKey.End);
        _terminal.Type(";\r");
        Assert.Equal("X" + text + ";", Edit());
        Assert.Equal("sql> X" + text + ";", _terminal.Screen.Replace("\n", "", StringComparison.Ordinal));
        Assert.All(_terminal.Screen.Split('\n'), row => Assert.True(row.Length <= 40));
    }

    [Fact]
    public void History_comes_back_with_the_arrows_and_only_what_begins_as_typed()
    {
        _history.Add("SELECT 1;");
        _history.Add("CREATE TABLE t;");
        _history.Add("SELECT 2\n;");
        _terminal.Type("sel");
        _terminal.Press(ConsoleKey.UpArrow, 2);
        _terminal.Type("\r");
        Assert.Equal("SELECT 1;", Edit());

        _terminal = new FakeTerminal(40);
        _terminal.Press(ConsoleKey.UpArrow, 2);
        _terminal.Press(ConsoleKey.DownArrow);
        _terminal.Type("\r");
        Assert.Equal("SELECT 2\n;", Edit());
    }

    [Fact]
    public void Arrows_move_between_the_lines_of_a_text_before_they_move_in_history()
    {
        _history.Add("OLD;");
        _terminal.Type("ab\rcd;");
        _terminal.Press(ConsoleKey.UpArrow);
        _terminal.Type("X");
        _terminal.Press(ConsoleKey.DownArrow);
        _terminal.Press(ConsoleKey.End);
        _terminal.Type("\r");
        Assert.Equal("abX\ncd;", Edit());
    }

    [Fact]
    public void Tab_completes_what_is_common_and_lists_the_rest()
    {
        _terminal.Type("SELECT_\t\t\rx;\r");
        Assert.Equal("SELECT_tab\nx;", Edit("SELECT_table ", "SELECT_tab2"));
        Assert.Contains("SELECT_table", _terminal.Screen, StringComparison.Ordinal);
        Assert.Contains("SELECT_tab2", _terminal.Screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_was_wrong_is_edited_on_at_its_error()
    {
        _terminal.Press(ConsoleKey.Delete, 4);
        _terminal.Type("good\r");
        var editor = new LineEditor(_terminal, _history, StatementScanner.IsComplete, (_, _) => new Completion(0, []));
        Assert.Equal(EditOutcome.Text, editor.Edit("sql> ", "   > ", "SELECT evil;", 7));
        Assert.Equal("SELECT good;", editor.Text);
    }

    [Fact]
    public void Control_c_drops_the_text_and_control_d_ends_in_front_of_nothing()
    {
        _terminal.Type("abc");
        _terminal.Press(ConsoleKey.C, control: true);
        _terminal.Press(ConsoleKey.D, control: true);
        var editor = new LineEditor(_terminal, _history, StatementScanner.IsComplete, (_, _) => new Completion(0, []));
        Assert.Equal(EditOutcome.Cancelled, editor.Edit("> ", "> "));
        Assert.Equal(EditOutcome.End, editor.Edit("> ", "> "));
        Assert.False(_terminal.IsEditing);
    }

    [Fact]
    public void History_is_read_again_with_lines_and_backslashes_and_without_secrets()
    {
        using var folder = new TempFolder();
        string path = Path.Combine(folder.Path, "state", "history");
        var first = new History(path);
        first.Add("SELECT '\\n'\nFROM t;");
        first.Add("SELECT '\\n'\nFROM t;");
        first.Add("CREATE TABLE t WITH ('password' = 'x');");
        first.Add("SELECT 2;");
        Assert.Equal(["SELECT '\\n'\nFROM t;", "SELECT 2;"], new History(path).Entries);
        Assert.Equal(3, first.Entries.Count);
    }

    [Theory]
    [InlineData("SELECT 1;", true)]
    [InlineData("SELECT 1", false)]
    [InlineData("SELECT ';'", false)]
    [InlineData("SELECT 'it''s;' -- ;\n", false)]
    [InlineData("SELECT 1; -- done", true)]
    [InlineData("SELECT /* ; */ `a;b`;", true)]
    [InlineData("SELECT 1; SELECT 2", false)]
    [InlineData("BEGIN STATEMENT SET; INSERT INTO a SELECT 1;", false)]
    [InlineData("BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;", true)]
    [InlineData("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END;", true)]
    [InlineData("SELECT CASE WHEN a THEN b END;", true)]
    public void Statements_end_at_semicolons_of_their_own(string text, bool expected) =>
        Assert.Equal(expected, StatementScanner.IsComplete(text));

    private string Edit(params string[] proposals)
    {
        var editor = new LineEditor(
            _terminal, _history, StatementScanner.IsComplete, (text, _) => new Completion(0, text.Length == 0 ? [] : proposals));
        Assert.Equal(EditOutcome.Text, editor.Edit("sql> ", "   > "));
        return editor.Text;
    }
}
