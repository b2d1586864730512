using System.Linq;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Statements;
using Xunit;

namespace ColumnStream.Tests.Sql;

/// <summary>Goal: operators bind as the dialect says, and every form is read. Method: trees against parenthesised text.</summary>
public sealed class ExpressionTests
{
    [Theory]
    [InlineData("a OR b AND c", "a OR (b AND c)")]
    [InlineData("NOT a = b AND c", "(NOT (a = b)) AND c")]
    [InlineData("NOT a IS NULL", "NOT (a IS NULL)")]
    [InlineData("a = b IS NULL", "(a = b) IS NULL")]
    [InlineData("a + b * c - d", "(a + (b * c)) - d")]
    [InlineData("a - b - c", "(a - b) - c")]
    [InlineData("a || b + c", "(a || b) + c")]
    [InlineData("-a * b", "(-a) * b")]
    [InlineData("-a[1].b", "-(a[1].b)")]
    [InlineData("a BETWEEN b AND c AND d", "(a BETWEEN b AND c) AND d")]
    [InlineData("a NOT BETWEEN b + 1 AND c OR d", "(a NOT BETWEEN (b + 1) AND c) OR d")]
    [InlineData("a < b IN (1)", "a < (b IN (1))")]
    [InlineData("a IS NOT DISTINCT FROM b + c", "a IS NOT DISTINCT FROM (b + c)")]
    [InlineData("a LIKE b || c ESCAPE '!'", "a LIKE (b || c) ESCAPE '!'")]
    [InlineData("a AND b AND c OR d OR e", "(a AND b AND c) OR d OR e")]
    [InlineData("a % b / c", "(a % b) / c")]
    [InlineData("a <> b", "a != b")]
    [InlineData("f(a) + g(b).c", "(f(a)) + (g(b).c)")]
    public void Operators_bind_by_precedence(string text, string parenthesised) =>
        Assert.Equal(Parse(parenthesised), Parse(text));

    [Theory]
    [InlineData("SUBSTRING(a FROM 1 FOR 2)", "SUBSTRING(a, 1, 2)")]
    [InlineData("position('x' in a)", "POSITION('x' IN a)")]
    [InlineData("OVERLAY(a PLACING b FROM 1 FOR 2)", "OVERLAY(a, b, 1, 2)")]
    [InlineData("TRIM(a)", "TRIM(BOTH FROM a)")]
    [InlineData("TRIM(LEADING 'x' FROM a)", "TRIM(LEADING 'x' FROM a)")]
    [InlineData("extract(day from ts)", "EXTRACT(DAY FROM ts)")]
    [InlineData("CEIL(ts TO HOUR)", "CEIL(ts TO HOUR)")]
    [InlineData("TIMESTAMPDIFF(SQL_TSI_DAY, a, b)", "TIMESTAMPDIFF(DAY, a, b)")]
    [InlineData("CASE a WHEN 1 THEN 'x' ELSE 'y' END", "CASE a WHEN 1 THEN 'x' ELSE 'y' END")]
    [InlineData("TRY_CAST(a AS ROW<x INT>)", "TRY_CAST(a AS ROW<x INT>)")]
    [InlineData("COUNT(DISTINCT a) FILTER (WHERE b)", "COUNT(DISTINCT a) FILTER (WHERE b)")]
    [InlineData("SUM(a) OVER (PARTITION BY b ORDER BY c RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)",
        "SUM(a) OVER (PARTITION BY b ORDER BY c RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)")]
    [InlineData("LISTAGG(a, ',') WITHIN GROUP (ORDER BY b DESC)", "LISTAGG(a, ',') WITHIN GROUP (ORDER BY b DESC)")]
    [InlineData("ARRAY[1, 2][1]", "ARRAY[1, 2][1]")]
    [InlineData("MAP['a', 1]['a']", "MAP['a', 1]['a']")]
    [InlineData("(1, 'a')", "ROW(1, 'a')")]
    [InlineData("current_timestamp", "CURRENT_TIMESTAMP")]
    [InlineData("CURRENT_TIMESTAMP(3)", "CURRENT_TIMESTAMP(3)")]
    [InlineData("u&'\\00e9\\+01F600'", "'é😀'")]
    [InlineData("U&'!00e9' UESCAPE '!'", "'é'")]
    [InlineData("X'0aFF'", "X'0AFF'")]
    [InlineData("`a``b`.`select`", "`a``b`.`select`")]
    [InlineData("007.50", "007.50")]
    [InlineData(".5 + 5.", ".5 + 5")]
    [InlineData("1e3", "1000E0")]
    [InlineData("a IN (SELECT 1) AND EXISTS (SELECT 2) AND b > ALL (SELECT 3)", "a IN (SELECT 1) AND EXISTS (SELECT 2) AND b > ALL (SELECT 3)")]
    [InlineData("((SELECT 1) + 1) * 2", "((SELECT 1) + 1) * 2")]
    [InlineData("a IS NOT JSON OBJECT", "a IS NOT JSON OBJECT")]
    [InlineData("YEAR(ts) + LEFT(s, 2)", "YEAR(ts) + LEFT(s, 2)")]
    [InlineData("name || type || `value`", "name || type || `value`")]
    [InlineData("JSON_EXISTS(a, 'lax $.x' TRUE ON ERROR)", "JSON_EXISTS(a, 'lax $.x' TRUE ON ERROR)")]
    [InlineData("json_value(a, '$.x' RETURNING BIGINT NULL ON EMPTY DEFAULT 1 + 1 ON ERROR)",
        "JSON_VALUE(a, '$.x' RETURNING BIGINT NULL ON EMPTY DEFAULT 1 + 1 ON ERROR)")]
    [InlineData("JSON_VALUE(a, '$.x')", "JSON_VALUE(a, '$.x')")]
    [InlineData("JSON_QUERY(a, '$' RETURNING ARRAY<STRING> WITH UNCONDITIONAL ARRAY WRAPPER EMPTY ARRAY ON EMPTY ERROR ON ERROR)",
        "JSON_QUERY(a, '$' RETURNING ARRAY<STRING> WITH WRAPPER EMPTY ARRAY ON EMPTY ERROR ON ERROR)")]
    [InlineData("JSON_QUERY(a FORMAT JSON, '$' PASSING 1 AS x WITHOUT ARRAY WRAPPER EMPTY OBJECT ON ERROR)",
        "JSON_QUERY(a FORMAT JSON, '$' PASSING 1 AS x WITHOUT WRAPPER EMPTY OBJECT ON ERROR)")]
    [InlineData("JSON_OBJECT(KEY 'a' VALUE b, 'c' : d, key VALUE value, 'e', f NULL ON NULL)",
        "JSON_OBJECT(KEY 'a' VALUE b, KEY 'c' VALUE d, KEY key VALUE `value`, KEY 'e' VALUE f NULL ON NULL)")]
    [InlineData("JSON_OBJECT()", "JSON_OBJECT()")]
    [InlineData("JSON_OBJECT(ABSENT ON NULL)", "JSON_OBJECT(ABSENT ON NULL)")]
    [InlineData("JSON_OBJECT('a' VALUE JSON_ARRAY(1, NULL) FORMAT JSON)", "JSON_OBJECT(KEY 'a' VALUE JSON_ARRAY(1, NULL) FORMAT JSON)")]
    [InlineData("JSON_ARRAY(NULL ON NULL)", "JSON_ARRAY(NULL ON NULL)")]
    [InlineData("JSON_ARRAY(NULL, absent NULL ON NULL)", "JSON_ARRAY(NULL, absent NULL ON NULL)")]
    [InlineData("JSON_OBJECTAGG(KEY k VALUE v ABSENT ON NULL) FILTER (WHERE v > 1)",
        "JSON_OBJECTAGG(KEY k VALUE v ABSENT ON NULL) FILTER (WHERE v > 1)")]
    [InlineData("JSON_ARRAYAGG(v ORDER BY k DESC NULL ON NULL)", "JSON_ARRAYAGG(v NULL ON NULL) WITHIN GROUP (ORDER BY k DESC)")]
    [InlineData("JSON_ARRAYAGG(v) OVER (PARTITION BY k)", "JSON_ARRAYAGG(v) OVER (PARTITION BY k)")]
    [InlineData("INTERVAL 3 DAYS + INTERVAL (a + 1) MONTH - INTERVAL t.b MINUTE",
        "INTERVAL (3) DAY + INTERVAL (a + 1) MONTH - INTERVAL (t.b) MINUTE")]
    [InlineData("INTERVAL -a HOUR", "INTERVAL (-a) HOUR")]
    [InlineData("INTERVAL (SELECT 1) DAY", "INTERVAL (SELECT 1) DAY")]
    [InlineData("a BETWEEN SYMMETRIC 5 AND 1 AND b NOT BETWEEN ASYMMETRIC 1 AND 2",
        "a BETWEEN SYMMETRIC 5 AND 1 AND b NOT BETWEEN 1 AND 2")]
    [InlineData("a SIMILAR TO 'x' ESCAPE '!' OR b NOT SIMILAR TO 'y' OR c ILIKE 'z' OR d NOT RLIKE 'u'",
        "a SIMILAR TO 'x' ESCAPE '!' OR b NOT SIMILAR TO 'y' OR c ILIKE 'z' OR d NOT RLIKE 'u'")]
    [InlineData("(a, b) OVERLAPS (c, d)", "ROW(a, b) OVERLAPS ROW(c, d)")]
    [InlineData("PERIOD (a, b) CONTAINS c AND p EQUALS q", "ROW(a, b) CONTAINS c AND p EQUALS q")]
    [InlineData("p IMMEDIATELY PRECEDES (c, INTERVAL '1' DAY) OR p SUCCEEDS q OR p PRECEDES q OR p IMMEDIATELY SUCCEEDS q",
        "p IMMEDIATELY PRECEDES ROW(c, INTERVAL '1' DAY) OR p SUCCEEDS q OR p PRECEDES q OR p IMMEDIATELY SUCCEEDS q")]
    [InlineData("MULTISET[1, 2] MULTISET UNION ALL m MULTISET INTERSECT n MULTISET EXCEPT DISTINCT o",
        "MULTISET[1, 2] MULTISET UNION ALL m MULTISET INTERSECT n MULTISET EXCEPT o")]
    [InlineData("a MEMBER OF m AND b NOT MEMBER OF m AND m SUBMULTISET OF n AND m IS A SET AND m IS NOT EMPTY AND m IS NOT A SET",
        "a MEMBER OF m AND b NOT MEMBER OF m AND m SUBMULTISET OF n AND m IS A SET AND m IS NOT EMPTY AND m IS NOT A SET")]
    [InlineData("ARRAY(SELECT 1)", "ARRAY(SELECT 1)")]
    [InlineData("MULTISET(SELECT a FROM t) IS A SET", "MULTISET(SELECT a FROM t) IS A SET")]
    [InlineData("MAP(SELECT 1, 2)[1]", "MAP(SELECT 1, 2)[1]")]
    [InlineData("ROW(1, ROW('a', ARRAY[b])) = (1, c)", "ROW(1, ROW('a', ARRAY[b])) = ROW(1, c)")]
    [InlineData("a[1].b['c'][f(d)].`e`", "a[1].b['c'][f(d)].e")]
    [InlineData("a = ANY (1, 2) AND b <> ALL (ARRAY[1]) AND c > SOME (SELECT 1)", "a = ANY (1, 2) AND b <> ALL (ARRAY[1]) AND c > ANY (SELECT 1)")]
    [InlineData("'a' 'b'\n'c' || X'01' 'ff'", "'abc' || X'01FF'")]
    [InlineData("_utf16'a' || N'b'", "_UTF16'a' || 'b'")]
    [InlineData("CONVERT(a USING latin1) || TRANSLATE(a USING utf8) || TRANSLATE(a, 'x', 'y')",
        "CONVERT(a USING latin1) || TRANSLATE(a USING utf8) || TRANSLATE(a, 'x', 'y')")]
    [InlineData("CAST(a AS DATE FORMAT 'YYYY')", "CAST(a AS DATE FORMAT 'YYYY')")]
    [InlineData("TIMESTAMP WITH LOCAL TIME ZONE '2026-01-01 00:00:00'", "TIMESTAMP WITH LOCAL TIME ZONE '2026-01-01 00:00:00'")]
    [InlineData("{d '2026-01-01'} = {fn f({ts '2026-01-01 00:00:00'}, {t '00:00:00'})}", "DATE '2026-01-01' = f(TIMESTAMP '2026-01-01 00:00:00', TIME '00:00:00')")]
    [InlineData("f(a => DEFAULT, b => 1)", "f(a => DEFAULT, b => 1)")]
    [InlineData("ARRAY_AGG(a IGNORE NULLS ORDER BY b)", "ARRAY_AGG(a) IGNORE NULLS WITHIN GROUP (ORDER BY b)")]
    public void Forms_are_read(string text, string canonical) => Assert.Equal(canonical, Parse(text).ToString());

    [Theory]
    [InlineData("'1-6' YEAR TO MONTH", 18, 0)]
    [InlineData("'2' QUARTER", 6, 0)]
    [InlineData("'10' SECOND", 0, 10_000_000_000)]
    [InlineData("'1.5' SECOND(2, 3)", 0, 1_500_000_000)]
    [InlineData("-'2' WEEK", 0, -1_209_600_000_000_000)]
    [InlineData("'-1 02:03:04.005' DAY TO SECOND(3)", 0, -93_784_005_000_000)]
    [InlineData("'30:59' MINUTE TO SECOND", 0, 1_859_000_000_000)]
    public void Intervals_are_counted(string text, long months, long nanoseconds)
    {
        IntervalLiteral interval = Assert.IsType<IntervalLiteral>(Parse("INTERVAL " + text));
        Assert.Equal((months, nanoseconds), (interval.Months, interval.Nanoseconds));
    }

    [Theory]
    [InlineData("'1:60' HOUR TO MINUTE")]
    [InlineData("'1 2' DAY")]
    [InlineData("'' DAY")]
    [InlineData("'99999999999999' YEAR TO MONTH")]
    [InlineData("'9999999999999999' DAY")]
    public void Intervals_that_do_not_fit_are_errors(string text) =>
        Assert.Equal(SyntaxErrorCode.InvalidInterval, SqlParser.Parse("SELECT INTERVAL " + text).Diagnostics[0].Code);

    [Fact]
    public void Decimal_literals_keep_precision_and_scale()
    {
        ExactNumericLiteral literal = Assert.IsType<ExactNumericLiteral>(Parse("12.340"));
        Assert.Equal((12340, 5, 3), ((int)literal.Unscaled, literal.Precision, literal.Scale));
        Assert.Equal(SyntaxErrorCode.InvalidNumber, SqlParser.Parse("SELECT " + new string('9', 39)).Diagnostics[0].Code);
        Assert.True(SqlParser.Parse("SELECT " + new string('9', 38)).IsSuccess);
    }

    [Fact]
    public void Spans_are_exact()
    {
        const string Text = "SELECT  price * (a + b) AS x, f(c) FROM t AS u WHERE ts > INTERVAL '1' DAY ;";
        QueryStatement statement = Assert.IsType<QueryStatement>(Assert.Single(SqlParser.Parse(Text).Statements));
        SelectBody select = Assert.IsType<SelectBody>(statement.Query.Body);
        ExpressionItem item = Assert.IsType<ExpressionItem>(select.Items[0]);
        BinaryExpression product = Assert.IsType<BinaryExpression>(item.Expression);
        string[] parts =
        [
            .. new SqlNode[]
            {
                statement, item, item.Alias!, product, product.Left, product.Right, select.Items[1], select.From!, select.Where!,
                ((BinaryExpression)select.Where!).Right,
            }.Select(node => Text.Substring(node.Span.Start, node.Span.Length)),
        ];
        Assert.Equal(
            [
                "SELECT  price * (a + b) AS x, f(c) FROM t AS u WHERE ts > INTERVAL '1' DAY", "price * (a + b) AS x", "x",
                "price * (a + b)", "price", "a + b", "f(c)", "t AS u", "ts > INTERVAL '1' DAY", "INTERVAL '1' DAY",
            ],
            parts);
    }

    [Fact]
    public void Equality_leaves_out_the_place()
    {
        Assert.Equal(Parse("a + f(b)"), Parse("  a  +  f( b )"));
        Assert.NotEqual(Parse("a + f(b)"), Parse("a + f(B)"));
        Assert.NotEqual(Parse("a + f(b)"), Parse("a - f(b)"));
    }

    private static Expression Parse(string text)
    {
        ParseResult result = SqlParser.Parse("SELECT " + text);
        Assert.Equal("", SqlDiagnosticFormatter.Format(result.Source, result.Diagnostics));
        QueryStatement statement = Assert.IsType<QueryStatement>(Assert.Single(result.Statements));
        SelectBody select = Assert.IsType<SelectBody>(statement.Query.Body);
        return Assert.IsType<ExpressionItem>(Assert.Single(select.Items)).Expression;
    }
}
