using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql.Ast.Types;

namespace ColumnStream.Planner.Binding;

/// <summary>Turns written types into types, with Flink's defaults for omitted parameters.</summary>
internal sealed class TypeBinder(DiagnosticBag diagnostics)
{
    /// <summary>Marks the type of something that is wrong and has been reported.</summary>
    public static readonly SqlType ErrorType = new(SqlTypeId.Null) { Length = -1 };

    private const int MaxFraction = 9;

    /// <summary>Tells whether a type stands for something that has been reported.</summary>
    public static bool IsError(SqlType type) => type.Id == SqlTypeId.Null && type.Length == -1;

    /// <summary>Binds a type; reports what is wrong and then returns <see cref="ErrorType"/>.</summary>
    public SqlType Bind(TypeSyntax syntax)
    {
        SqlType type = syntax switch
        {
            ScalarTypeSyntax scalar => Scalar(scalar),
            ArrayTypeSyntax array => Bind(array.Element) is var element && IsError(element) ? ErrorType : SqlType.Array(element),
            RowTypeSyntax row => Row(row),
            IntervalTypeSyntax interval => new SqlType(
                interval.Qualifier.IsYearMonth ? SqlTypeId.IntervalYearMonth : SqlTypeId.IntervalDayTime),
            MapTypeSyntax map => Bind(map.Key) is var key && Bind(map.Value) is var value && (IsError(key) || IsError(value))
                ? ErrorType : SqlType.Map(key, value),
            MultisetTypeSyntax multiset =>
                Bind(multiset.Element) is var member && IsError(member) ? ErrorType : SqlType.Multiset(member),
            RawTypeSyntax => NotSupported(syntax, "Type RAW"),
            StructuredTypeSyntax => NotSupported(syntax, "Type STRUCTURED"),
            NamedTypeSyntax named => Unknown(named),
            _ => NotSupported(syntax, "Type"),
        };
        return IsError(type) ? type : type.WithNullable(!syntax.IsNotNull);
    }

    private SqlType Scalar(ScalarTypeSyntax syntax) => syntax.Name switch
    {
        ScalarTypeName.Boolean => SqlType.Boolean,
        ScalarTypeName.TinyInt => SqlType.TinyInt,
        ScalarTypeName.SmallInt => SqlType.SmallInt,
        ScalarTypeName.Int => SqlType.Integer,
        ScalarTypeName.BigInt => SqlType.BigInt,
        ScalarTypeName.Float => SqlType.Float,
        ScalarTypeName.Double => SqlType.Double,
        ScalarTypeName.Date => SqlType.Date,
        ScalarTypeName.String => SqlType.String,
        ScalarTypeName.Bytes => SqlType.Bytes,
        ScalarTypeName.Char => Length(syntax, SqlType.Char),
        ScalarTypeName.VarChar => Length(syntax, SqlType.VarChar),
        ScalarTypeName.Binary => Length(syntax, length => new SqlType(SqlTypeId.Binary) { Length = length }),
        ScalarTypeName.VarBinary => Length(syntax, length => new SqlType(SqlTypeId.VarBinary) { Length = length }),
        ScalarTypeName.Decimal => Decimal(syntax),
        ScalarTypeName.Time => Fraction(syntax, 0, SqlType.Time),
        ScalarTypeName.Timestamp => Fraction(syntax, 6, SqlType.Timestamp),
        ScalarTypeName.TimestampLtz => Fraction(syntax, 6, SqlType.TimestampLtz),
        ScalarTypeName.TimestampTz => NotSupported(syntax, "Type TIMESTAMP WITH TIME ZONE"),
        ScalarTypeName.Variant => NotSupported(syntax, "Type VARIANT"),
        ScalarTypeName.Bitmap => NotSupported(syntax, "Type BITMAP"),
        _ => Wrong(syntax, $"{syntax.Name.ToString().ToUpperInvariant()} cannot be the type of a column"),
    };

    private SqlType Length(ScalarTypeSyntax syntax, Func<int, SqlType> make) =>
        syntax.Precision is { } length && length < 1
            ? Wrong(syntax, $"length {length} is not at least 1")
            : make(syntax.Precision ?? 1);

    private SqlType Fraction(ScalarTypeSyntax syntax, int otherwise, Func<int, SqlType> make) =>
        syntax.Precision is { } digits && digits > MaxFraction
            ? Wrong(syntax, $"precision {digits} is above {MaxFraction}")
            : make(syntax.Precision ?? otherwise);

    private SqlType Decimal(ScalarTypeSyntax syntax)
    {
        int precision = syntax.Precision ?? 10;
        int scale = syntax.Scale ?? 0;
        return precision is < 1 or > SqlType.MaxDecimalPrecision
            ? Wrong(syntax, $"DECIMAL precision {precision} is not between 1 and {SqlType.MaxDecimalPrecision}")
            : scale > precision
                ? Wrong(syntax, $"DECIMAL scale {scale} is above its precision {precision}")
                : SqlType.Decimal(precision, scale);
    }

    private SqlType Row(RowTypeSyntax syntax)
    {
        var fields = new List<SqlField>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        bool isWrong = false;
        foreach (RowFieldSyntax field in syntax.Fields)
        {
            SqlType type = Bind(field.Type);
            isWrong |= IsError(type);
            if (!names.Add(field.Name.Value))
            {
                diagnostics.Report(PlannerErrors.ColumnDuplicate, field.Name.Span, null, field.Name.Value);
            }

            fields.Add(new SqlField(field.Name.Value, type));
        }

        return isWrong ? ErrorType : SqlType.Row(ValueList.From(fields));
    }

    private SqlType Unknown(NamedTypeSyntax named)
    {
        string? near = Sql.NameSuggester.Suggest(
            named.Name.ToDisplayString(),
            ["STRING", "BIGINT", "INT", "DOUBLE", "TIMESTAMP", "TIMESTAMP_LTZ", "BOOLEAN", "DECIMAL", "DATE"]);
        diagnostics.Report(
            PlannerErrors.TypeUnknown, named.Span, NameResolver.DidYouMean(near),
            $"{named.Name.ToDisplayString()} is unknown");
        return ErrorType;
    }

    private SqlType Wrong(TypeSyntax syntax, string what)
    {
        diagnostics.Report(PlannerErrors.TypeUnknown, syntax.Span, null, what);
        return ErrorType;
    }

    private SqlType NotSupported(TypeSyntax syntax, string what)
    {
        diagnostics.Report(PlannerErrors.NotSupported, syntax.Span, null, what);
        return ErrorType;
    }
}
