using System.Globalization;
using System.Text;
using ColumnStream.Compute.Types;

namespace ColumnStream.Microbench.Formats;

/// <summary>Names one measured file and its columns.</summary>
internal sealed record FormatFile(string Name, string Format, string Path, SqlField[] Columns, long Bytes)
{
    /// <summary>Returns DuckDB's query for all columns, with explicit types.</summary>
    public string DuckDb() => Format == "json"
        ? $"SELECT * FROM read_json('{Path}', format = 'newline_delimited', columns = {Types()})"
        : $"SELECT * FROM read_csv('{Path}', header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"', "
            + $"columns = {Types()})";

    private string Types()
    {
        var text = new StringBuilder("{");
        foreach (SqlField column in Columns)
        {
            text.Append(CultureInfo.InvariantCulture, $"{(text.Length > 1 ? ", " : "")}'{column.Name}': '{Type(column.Type)}'");
        }

        return text.Append('}').ToString();
    }

    private static string Type(SqlType type)
    {
        switch (type.Id)
        {
            case SqlTypeId.BigInt:
                return "BIGINT";
            case SqlTypeId.Double:
                return "DOUBLE";
            case SqlTypeId.Boolean:
                return "BOOLEAN";
            case SqlTypeId.Timestamp:
                return "TIMESTAMP";
            case SqlTypeId.Array:
                return Type(type.Element!) + "[]";
            case SqlTypeId.Row:
                var fields = new StringBuilder("STRUCT(");
                foreach (SqlField field in type.Fields)
                {
                    fields.Append(fields.Length > 7 ? ", " : string.Empty)
                        .Append(CultureInfo.InvariantCulture, $"\"{field.Name}\" {Type(field.Type)}");
                }

                return fields.Append(')').ToString();
            default:
                return "VARCHAR";
        }
    }
}
