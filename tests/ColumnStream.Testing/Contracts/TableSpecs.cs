using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Plan;

namespace ColumnStream.Testing.Contracts;

/// <summary>Makes table specifications as the planner would.</summary>
public static class TableSpecs
{
    /// <summary>Makes a table of columns and options.</summary>
    public static TableSpec Make((string Name, SqlType Type)[] columns, params (string Key, string Value)[] options) => new(
        "default_catalog.default_database.t",
        options.First(option => option.Key == "connector").Value,
        ValueList.From(columns.Select(column => new SqlField(column.Name, column.Type))),
        ValueList.From(options.Select(option => new TableOption(option.Key, option.Value))),
        default,
        default,
        "job.sql:3:1");

    /// <summary>Returns the table with other or further options.</summary>
    public static TableSpec With(this TableSpec table, params (string Key, string Value)[] options) => table with
    {
        Options = ValueList.From(
            table.Options.Where(given => options.All(option => option.Key != given.Key))
                .Concat(options.Select(option => new TableOption(option.Key, option.Value)))),
    };
}
