using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Planner.Logical;

/// <summary>Makes a row of each element of a collection; columns are those kept of the input, the element's, the ordinality.</summary>
/// <param name="Input">The input.</param>
/// <param name="Collection">An array, map or multiset over it.</param>
/// <param name="Kept">The columns of the input that stand in the output.</param>
/// <param name="WithOrdinality">Whether a last column counts from 1.</param>
/// <param name="IsOuter">Whether rows without elements stay.</param>
/// <param name="Fields">The columns that leave it.</param>
internal sealed record UnnestPlan(
    LogicalPlan Input,
    BoundExpression Collection,
    ValueList<int> Kept,
    bool WithOrdinality,
    bool IsOuter,
    ValueList<SqlField> Fields) : LogicalPlan(Fields)
{
    public override ValueList<LogicalPlan> Inputs => [Input];

    /// <summary>Makes the step over all columns of an input.</summary>
    public static UnnestPlan Over(LogicalPlan input, BoundExpression collection, bool withOrdinality, bool isOuter) => new(
        input, collection, ValueList.From(Enumerable.Range(0, input.Fields.Count)), withOrdinality, isOuter,
        [.. input.Fields, .. ElementFields(collection.Type, withOrdinality, isOuter)]);

    /// <summary>Returns the columns of one element: the fields of a row, key and value of a map, else the element itself.</summary>
    public static IEnumerable<SqlField> ElementFields(SqlType collection, bool withOrdinality, bool isOuter)
    {
        List<SqlField> fields = collection switch
        {
            { Id: SqlTypeId.Map } => [new SqlField("KEY", collection.Key!), new SqlField("VALUE", collection.Value!)],
            { Element: { Id: SqlTypeId.Row } row } =>
                [.. row.Fields.Select(f => f with { Type = f.Type.WithNullable(f.Type.Nullable || row.Nullable) })],
            _ => [new SqlField("EXPR$0", collection.Element!)],
        };
        if (withOrdinality)
        {
            fields.Add(new SqlField("ORDINALITY", SqlType.Integer.WithNullable(false)));
        }

        return fields.Select(f => f with { Type = f.Type.Materialized().WithNullable(f.Type.Nullable || isOuter) });
    }

    public override LogicalPlan WithInputs(ValueList<LogicalPlan> inputs) => this with { Input = inputs[0] };

    public override string ToString() => base.ToString();
}
