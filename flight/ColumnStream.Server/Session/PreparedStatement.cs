using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Server.Session;

/// <summary>Is a statement that was read and described, to run with values for its parameters.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="ParameterTypes">The types of its parameters, as their places tell them; STRING where they do not.</param>
/// <param name="Columns">The rows that it gives; none for anything that is answered with a count.</param>
/// <param name="AsOp">Whether it gives each change with its kind, as the session wanted when it was prepared.</param>
internal sealed record PreparedStatement(
    SqlStatement Statement, ValueList<SqlType> ParameterTypes, ValueList<SqlField> Columns, bool AsOp)
{
    /// <summary>Gets the schema of the rows.</summary>
    public Schema Schema { get; } = Results.BatchQueue.SchemaOf(Columns);

    /// <summary>Gets the schema of the parameters: what a row of values looks like.</summary>
    public Schema ParameterSchema
    {
        get
        {
            var fields = new Field[ParameterTypes.Count];
            for (int i = 0; i < fields.Length; i++)
            {
                fields[i] = new Field($"parameter_{i + 1}", ParameterTypes[i].ToArrow())
                {
                    Metadata = Results.ColumnMetadata.Of(ParameterTypes[i]),
                };
            }

            return new Schema(fields);
        }
    }
}
