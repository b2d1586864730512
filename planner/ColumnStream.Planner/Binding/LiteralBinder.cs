using System;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.Values;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql.Ast.Expressions;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Turns literals into constants of canonical text with Flink's types.</summary>
internal sealed class LiteralBinder(DiagnosticBag diagnostics)
{
    private const long NanosPerMilli = 1_000_000;

    /// <summary>Gets what stands for an expression that has been reported.</summary>
    public static LiteralExpression Error { get; } = new(null, TypeBinder.ErrorType);

    /// <summary>Binds a literal, or returns null if <paramref name="expression"/> is none.</summary>
    public LiteralExpression? Bind(Ast.Expression expression) => expression switch
    {
        ExactNumericLiteral exact => Exact(exact.Unscaled, exact.Precision, exact.Scale),
        UnaryExpression { Operator: UnaryOperator.Minus, Operand: ExactNumericLiteral exact } =>
            Exact(-exact.Unscaled, exact.Precision, exact.Scale),
        ApproximateNumericLiteral number => Double(number.Value),
        UnaryExpression { Operator: UnaryOperator.Minus, Operand: ApproximateNumericLiteral number } =>
            Double(-number.Value),
        StringLiteral text => Text(text.Value),
        BooleanLiteral flag => new LiteralExpression(
            flag.Value ? "true" : "false", SqlType.Boolean.WithNullable(false)),
        NullLiteral => new LiteralExpression(null, SqlType.Null),
        BinaryLiteral binary => new LiteralExpression(
            Convert.ToHexString(binary.Value.AsSpan()),
            new SqlType(SqlTypeId.Binary, false) { Length = Math.Max(1, binary.Value.Count) }),
        TemporalLiteral temporal => Temporal(temporal),
        IntervalLiteral interval => Interval(interval),
        TimeUnitArgument unit => Text(unit.Unit.ToString().ToUpperInvariant()),
        _ => null,
    };

    /// <summary>Makes a text constant.</summary>
    public static LiteralExpression Text(string value)
    {
        int length = 0;
        foreach (Rune unused in value.EnumerateRunes())
        {
            length++;
        }

        return new LiteralExpression(
            value, (length == 0 ? SqlType.VarChar(1) : SqlType.Char(length)).WithNullable(false));
    }

    /// <summary>Makes the interval of one unit of <paramref name="qualifier"/>, for INTERVAL with an expression.</summary>
    public static LiteralExpression Unit(Sql.Ast.IntervalQualifier qualifier) => qualifier.Start switch
    {
        Sql.Ast.TimeUnit.Year => Number(12, new SqlType(SqlTypeId.IntervalYearMonth)),
        Sql.Ast.TimeUnit.Quarter => Number(3, new SqlType(SqlTypeId.IntervalYearMonth)),
        Sql.Ast.TimeUnit.Month => Number(1, new SqlType(SqlTypeId.IntervalYearMonth)),
        Sql.Ast.TimeUnit.Week => Number(7 * 86_400_000, new SqlType(SqlTypeId.IntervalDayTime)),
        Sql.Ast.TimeUnit.Day => Number(86_400_000, new SqlType(SqlTypeId.IntervalDayTime)),
        Sql.Ast.TimeUnit.Hour => Number(3_600_000, new SqlType(SqlTypeId.IntervalDayTime)),
        Sql.Ast.TimeUnit.Minute => Number(60_000, new SqlType(SqlTypeId.IntervalDayTime)),
        _ => Number(1_000, new SqlType(SqlTypeId.IntervalDayTime)),
    };

    /// <summary>Makes an INT constant.</summary>
    public static LiteralExpression Integer(int value) =>
        new(value.ToString(CultureInfo.InvariantCulture), SqlType.Integer.WithNullable(false));

    private static LiteralExpression Exact(Int128 unscaled, int precision, int scale)
    {
        SqlType type = scale > 0 ? SqlType.Decimal(Math.Max(precision, scale), scale)
            : unscaled >= int.MinValue && unscaled <= int.MaxValue ? SqlType.Integer
            : unscaled >= long.MinValue && unscaled <= long.MaxValue ? SqlType.BigInt
            : SqlType.Decimal(precision, 0);
        return new LiteralExpression(unscaled.ToString(CultureInfo.InvariantCulture), type.WithNullable(false));
    }

    private static LiteralExpression Double(double value) =>
        new(value.ToString("R", CultureInfo.InvariantCulture), SqlType.Double.WithNullable(false));

    private LiteralExpression Temporal(TemporalLiteral literal)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(literal.Text);
        switch (literal.Kind)
        {
            case TemporalKind.Date when DateText.TryParse(utf8, out int days):
                return Number(days, SqlType.Date);
            case TemporalKind.Time when TimeText.TryParse(utf8, out int millis):
                return Number(millis, SqlType.Time(Math.Min(3, FractionDigits(literal.Text))));
            case TemporalKind.Timestamp:
                int precision = FractionDigits(literal.Text);
                TimeUnit unit = precision <= 3 ? TimeUnit.Millisecond
                    : precision <= 6 ? TimeUnit.Microsecond : TimeUnit.Nanosecond;
                if (precision <= 9 && TimestampText.TryParse(utf8, unit, out long value))
                {
                    return Number(value, SqlType.Timestamp(precision));
                }

                break;
        }

        if (literal.Kind == TemporalKind.TimestampLtz)
        {
            diagnostics.Report(
                PlannerErrors.NotSupported, literal.Span, "Write CAST('...' AS TIMESTAMP_LTZ(3)).",
                "The literal TIMESTAMP WITH LOCAL TIME ZONE");
            return Error;
        }

        string kind = literal.Kind.ToString().ToUpperInvariant();
        string form = literal.Kind switch
        {
            TemporalKind.Date => "DATE '2024-01-31'",
            TemporalKind.Time => "TIME '12:30:00'",
            _ => "TIMESTAMP '2024-01-31 12:30:00.123'",
        };
        diagnostics.Report(PlannerErrors.BadLiteral, literal.Span, $"Write {form}.", kind, literal.Text);
        return Error;
    }

    private LiteralExpression Interval(IntervalLiteral literal)
    {
        if (literal.Qualifier.IsYearMonth)
        {
            return Number(literal.Months, new SqlType(SqlTypeId.IntervalYearMonth));
        }

        if (literal.Nanoseconds % NanosPerMilli != 0)
        {
            diagnostics.Report(
                PlannerErrors.BadLiteral, literal.Span, "Intervals have milliseconds.", "INTERVAL", literal.Text);
            return Error;
        }

        return Number(literal.Nanoseconds / NanosPerMilli, new SqlType(SqlTypeId.IntervalDayTime));
    }

    private static LiteralExpression Number(long value, SqlType type) =>
        new(value.ToString(CultureInfo.InvariantCulture), type.WithNullable(false));

    private static int FractionDigits(string text)
    {
        int point = text.LastIndexOf('.');
        return point < 0 ? 0 : text.AsSpan(point + 1).TrimEnd().Length;
    }
}
