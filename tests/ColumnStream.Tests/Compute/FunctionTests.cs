using System;
using System.Collections.Generic;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Types;
using Xunit;

namespace ColumnStream.Tests.Compute;

public sealed class FunctionTests
{
    private static LiteralExpression T(string? s) => s is null ? Literals.Null(SqlType.String) : Literals.Text(s);

    private static LiteralExpression I(int i) => Literals.Int32(i);

    private static LiteralExpression Ts(string s) => Literals.Timestamp(s)!;

    private static string? Eval(string name, params BoundExpression[] arguments) => Table.Value(Table.Call(name, arguments));

    [Theory]
    [InlineData("UPPER", "abc", "ABC")]
    [InlineData("UPPER", "straße é", "STRASSE É")]
    [InlineData("LOWER", "ÀBC", "àbc")]
    [InlineData("TRIM", "  a b ", "a b")]
    [InlineData("LTRIM", "  a ", "a ")]
    [InlineData("RTRIM", "  a ", "  a")]
    [InlineData("REVERSE", "añ😀", "😀ña")]
    [InlineData("INITCAP", "hello wORLD-x", "Hello World-X")]
    [InlineData("CHAR_LENGTH", "añ😀", "3")]
    [InlineData("OCTET_LENGTH", "añ😀", "7")]
    [InlineData("ASCII", "abc", "97")]
    [InlineData("MD5", "abc", "900150983cd24fb0d6963f7d28e17f72")]
    [InlineData("SHA256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    [InlineData("UPPER", "", "")]
    public void Text_functions_of_one_argument(string name, string input, string expected)
    {
        Assert.Equal(expected, Eval(name, T(input)));
        Assert.Null(Eval(name, T(null)));
    }

    [Fact]
    public void Substring_counts_characters_from_either_end()
    {
        Assert.Equal("ell", Eval("SUBSTRING", T("hello"), I(2), I(3)));
        Assert.Equal("ñ😀", Eval("SUBSTR", T("añ😀"), I(2)));
        Assert.Equal("lo", Eval("SUBSTRING", T("hello"), I(-2)));
        Assert.Equal("", Eval("SUBSTRING", T("hello"), I(9)));
        Assert.Equal("h", Eval("SUBSTRING", T("hello"), I(1), I(1)));
        Assert.Equal("a text that is long", Eval("SUBSTRING", T("xxa text that is long"), I(3)));
    }

    [Fact]
    public void Text_functions_of_several_arguments()
    {
        Assert.Equal("he", Eval("LEFT", T("hello"), I(2)));
        Assert.Equal("😀", Eval("RIGHT", T("añ😀"), I(1)));
        Assert.Equal("", Eval("LEFT", T("hello"), I(-1)));
        Assert.Equal("3", Eval("POSITION", T("l"), T("hello")));
        Assert.Equal("4", Eval("LOCATE", T("l"), T("hello"), I(4)));
        Assert.Equal("0", Eval("LOCATE", T("z"), T("hello")));
        Assert.Equal("3", Eval("INSTR", T("añ😀"), T("😀")));
        Assert.Equal("b--a", Eval("REPLACE", T("banana"), T("an"), T("-")));
        Assert.Equal("abc", Eval("CONCAT", T("a"), T("b"), T("c")));
        Assert.Null(Eval("||", T("a"), T(null)));
        Assert.Equal("AA~BB~~CC", Eval("CONCAT_WS", T("~"), T("AA"), T(null), T("BB"), T(""), T("CC")));
        Assert.Equal("007", Eval("LPAD", T("7"), I(3), T("0")));
        Assert.Equal("ab12a", Eval("RPAD", T("ab"), I(5), T("12a")));
        Assert.Equal("he", Eval("LPAD", T("hello"), I(2), T("0")));
        Assert.Equal("abab", Eval("REPEAT", T("ab"), I(2)));
        Assert.Equal("b", Eval("SPLIT_INDEX", T("a,b,c"), T(","), I(1)));
        Assert.Null(Eval("SPLIT_INDEX", T("a,b,c"), T(","), I(3)));
        Assert.Null(Eval("SPLIT_INDEX", T("a"), T(","), I(-1)));
        Assert.Equal("a", Eval("BTRIM", T("xyax"), T("xy")));
        Assert.Equal("ax", Eval("TRIM", T("LEADING"), T("x"), T("xax")));
        Assert.Equal("true", Eval("LIKE", T("añ😀z"), T("a__z")));
        Assert.Equal("true", Eval("LIKE", T("50%"), T("50\\%")));
        Assert.Equal("false", Eval("LIKE", T("501"), T("50\\%")));
        Assert.Equal("true", Eval("LIKE", T("mississippi"), T("%iss%pi")));
        Assert.Equal("false", Eval("LIKE", T("abc"), T("")));
    }

    [Fact]
    public void Numeric_functions()
    {
        Assert.Equal("3", Eval("ABS", I(-3)));
        Assert.Equal("3", Eval("ROUND", Literals.Double(2.5)));
        Assert.Equal("-3", Eval("ROUND", Literals.Double(-2.5)));
        Assert.Equal("2.35", Eval("ROUND", Literals.Double(2.345), I(2)));
        Assert.Equal("120", Eval("ROUND", I(123), I(-1)));
        Assert.Equal("2", Eval("FLOOR", Literals.Number("2.7")!));
        Assert.Equal("-3", Eval("FLOOR", Literals.Decimal(-27, 2, 1)));
        Assert.Equal("3", Eval("CEIL", Literals.Double(2.1)));
        Assert.Equal("8", Eval("POWER", I(2), I(3)));
        Assert.Equal("2", Eval("SQRT", I(4)));
        Assert.Equal("-1", Eval("SIGN", I(-9)));
        Assert.Equal("-1", Eval("MOD", I(-7), I(3)));
        Assert.Equal("3", Eval("GREATEST", I(1), I(3), I(2)));
        Assert.Equal("1", Eval("LEAST", I(3), I(1), I(2)));
        Assert.Null(Eval("GREATEST", I(1), Literals.Null(SqlType.Integer)));
        Assert.Null(Eval("NULLIF", I(1), I(1)));
        Assert.Equal("2", Eval("IFNULL", Literals.Null(SqlType.Integer), I(2)));
    }

    [Fact]
    public void Temporal_parts()
    {
        LiteralExpression ts = Ts("2024-05-06 07:08:09.123");
        foreach ((string unit, string expected) in new[]
        {
            ("YEAR", "2024"), ("QUARTER", "2"), ("MONTH", "5"), ("WEEK", "19"), ("DAY", "6"), ("DOY", "127"), ("DOW", "2"),
            ("ISODOW", "1"), ("HOUR", "7"), ("MINUTE", "8"), ("SECOND", "9"), ("EPOCH", "1714979289"), ("CENTURY", "21"),
        })
        {
            Assert.Equal(expected, Eval("EXTRACT", T(unit), ts));
        }

        Assert.Equal("23", Eval("HOUR", Ts("1969-12-31 23:59:59")));
        Assert.Equal("2024-05-06 07:00:00.000", Show(Table.Call("FLOOR", ts, T("HOUR"))));
        Assert.Equal("2024-06-01 00:00:00.000", Show(Table.Call("CEIL", ts, T("MONTH"))));
        Assert.Equal("2024-05-05 00:00:00.000", Show(Table.Call("FLOOR", ts, T("WEEK"))));
        Assert.Equal("1", Eval("TIMESTAMPDIFF", T("MONTH"), Ts("2024-01-31 00:00:00"), Ts("2024-02-29 00:00:00")));
        Assert.Equal("-60", Eval("TIMESTAMPDIFF", T("SECOND"), Ts("2024-01-01 00:01:00"), Ts("2024-01-01 00:00:00")));
        Assert.Equal("2024-02-29 00:00:00", Show(Table.Call("TIMESTAMPADD", T("MONTH"), I(1), Ts("2024-01-31 00:00:00"))));
    }

    [Fact]
    public void Patterns_format_and_parse()
    {
        LiteralExpression ts = Ts("2024-05-06 17:08:09.123");
        Assert.Equal("2024/05/06 17:08:09.123", Eval("DATE_FORMAT", ts, T("yyyy/MM/dd HH:mm:ss.SSS")));
        Assert.Equal("Mon, 6 May 24 05 PM o'clock", Eval("DATE_FORMAT", ts, T("EEE, d MMM yy hh a 'o''clock'")));
        Assert.Equal("2024-05-06 00:00:00.000", Show(Table.Call("TO_TIMESTAMP", T("06.05.2024"), T("dd.MM.yyyy"))));
        Assert.Equal("2024-05-06 07:08:09.000", Show(Table.Call("TO_TIMESTAMP", T("2024-05-06 07:08:09"))));
        Assert.Null(Eval("TO_TIMESTAMP", T("nonsense")));
        Assert.Equal("2024-05-06", Show(Table.Call("TO_DATE", T("20240506"), T("yyyyMMdd"))));
    }

    [Fact]
    public void Intervals_move_points_in_time()
    {
        LiteralExpression ts = Ts("2024-01-31 10:00:00.000");
        Assert.Equal("2024-01-31 09:59:55.000", Show(Table.Call("-", ts, Literals.Interval("5", "SECOND", null)!)));
        Assert.Equal("2024-02-29 10:00:00.000", Show(Table.Call("+", ts, Literals.Interval("1", "MONTH", null)!)));
        Assert.Equal("2024-02-01 20:00:00.500", Show(Table.Call("+", ts, Literals.Interval("1 10:00:00.5", "DAY", "SECOND")!)));
        Assert.Equal("2023-12-31", Show(Table.Call("-", Literals.Date("2024-01-01")!, Literals.Interval("1", "DAY", null)!)));
        LiteralExpression micros = Ts("2024-01-31 10:00:00.000001");
        Assert.Equal("2024-01-31 10:00:05.000001", Show(Table.Call("+", micros, Literals.Interval("5", "SECOND", null)!)));
    }

    [Fact]
    public void Every_function_states_its_facts_and_names_are_unique()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (ScalarFunction function in FunctionTable.All)
        {
            Assert.NotEmpty(function.Signatures);
            Assert.NotEmpty(function.Doc);
            Assert.NotEmpty(function.Example);
            Assert.True(names.Add(function.Name), function.Name);
            Assert.All(function.Aliases, a => Assert.True(names.Add(a), a));
            Assert.Same(function, FunctionTable.Find(function.Name.ToLowerInvariant()));
        }
    }

    private static string? Show(BoundExpression expression) => Table.Value(new CastExpression(expression, SqlType.String));
}
