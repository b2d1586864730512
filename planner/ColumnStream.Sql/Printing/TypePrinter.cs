using System.Globalization;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Types;
using ColumnStream.Sql.Parsing;

namespace ColumnStream.Sql.Printing;

/// <summary>Prints types and interval units.</summary>
internal sealed class TypePrinter(SqlWriter writer)
{
    public static void PrintQualifier(SqlWriter writer, IntervalQualifier qualifier)
    {
        writer.Add(TimeUnits.NameOf(qualifier.Start));
        string? fraction = qualifier.FractionPrecision?.ToString(CultureInfo.InvariantCulture);
        if (qualifier.StartPrecision is { } precision)
        {
            bool isSecond = qualifier.End is null && fraction is not null;
            writer.Add("(").Add(precision.ToString(CultureInfo.InvariantCulture));
            writer.AddIf(isSecond, $", {fraction}").Add(")");
        }

        if (qualifier.End is { } end)
        {
            writer.Add(" TO ").Add(TimeUnits.NameOf(end)).AddIf(fraction is not null, $"({fraction})");
        }
    }

    public void Print(TypeSyntax type)
    {
        switch (type)
        {
            case ScalarTypeSyntax scalar:
                PrintScalar(scalar);
                break;
            case ArrayTypeSyntax array:
                writer.Add("ARRAY<");
                Print(array.Element);
                writer.Add(">");
                break;
            case MultisetTypeSyntax multiset:
                writer.Add("MULTISET<");
                Print(multiset.Element);
                writer.Add(">");
                break;
            case MapTypeSyntax map:
                writer.Add("MAP<");
                Print(map.Key);
                writer.Add(", ");
                Print(map.Value);
                writer.Add(">");
                break;
            case RawTypeSyntax raw:
                writer.Add("RAW(").String(raw.ClassName.Value).Add(", ").String(raw.Serializer.Value).Add(")");
                break;
            case StructuredTypeSyntax structured:
                writer.Add("STRUCTURED<").String(structured.ClassName.Value).AddIf(!structured.Fields.IsEmpty, ", ");
                writer.List(structured.Fields, PrintField).Add(">");
                break;
            case RowTypeSyntax row:
                writer.Add("ROW<").List(row.Fields, PrintField).Add(">");
                break;
            case IntervalTypeSyntax interval:
                writer.Add("INTERVAL ");
                PrintQualifier(writer, interval.Qualifier);
                break;
            case NamedTypeSyntax named:
                writer.List(named.Name.Parts, part => writer.Quoted(part.Value), ".");
                break;
        }

        writer.AddIf(type.IsNotNull, " NOT NULL");
    }

    private void PrintField(RowFieldSyntax field)
    {
        writer.Name(field.Name).Add(" ");
        Print(field.Type);
        writer.Comment(field.Comment);
    }

    private void PrintScalar(ScalarTypeSyntax scalar)
    {
        writer.Add(ScalarTypes.NameOf(scalar.Name));
        if (scalar.Precision is { } precision)
        {
            writer.Add("(").Add(precision.ToString(CultureInfo.InvariantCulture));
            writer.AddIf(scalar.Scale is not null, $", {scalar.Scale}").Add(")");
        }

        writer.AddIf(scalar.Name == ScalarTypeName.TimestampTz, " WITH TIME ZONE");
    }
}
