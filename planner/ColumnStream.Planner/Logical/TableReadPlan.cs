using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Catalogs;

namespace ColumnStream.Planner.Logical;

/// <summary>Reads columns of a table, computes its computed ones and emits its watermarks.</summary>
internal sealed record TableReadPlan(
    CatalogTable Table,
    TableSpec Spec,
    ValueList<int> Columns,
    WatermarkStrategy Strategy,
    long IdleTimeoutMs,
    string Uid = "") : LogicalPlan(FieldsOf(Table, Columns))
{
    public override ValueList<LogicalPlan> Inputs => default;

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this;

    /// <summary>Gets whether watermarks are emitted: batch mode has none.</summary>
    public bool EmitsWatermarks { get; init; } = Table.Watermark is not null;

    /// <summary>Returns the same read giving other columns.</summary>
    public TableReadPlan WithColumns(ValueList<int> columns) =>
        this with { Columns = columns, Fields = FieldsOf(Table, columns) };

    public override string ToString() => base.ToString();

    private static ValueList<SqlField> FieldsOf(CatalogTable table, ValueList<int> columns)
    {
        var fields = new SqlField[columns.Count];
        for (int i = 0; i < fields.Length; i++)
        {
            CatalogColumn column = table.Columns[columns[i]];
            fields[i] = new SqlField(column.Name, column.Type);
        }

        return ValueList.Create<SqlField>(fields);
    }
}
