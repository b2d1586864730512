using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Expressions;

/// <summary>
/// Takes the value of the first branch whose condition is true; errors of other branches do not count.
/// </summary>
/// <param name="Branches">Conditions and values; values already have the result type.</param>
/// <param name="Otherwise">The value when no condition is true; null means NULL.</param>
/// <param name="Type">The result type.</param>
public sealed record CaseExpression(ValueList<CaseBranch> Branches, BoundExpression? Otherwise, SqlType Type)
    : BoundExpression(Type)
{
    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder("CASE");
        foreach (CaseBranch branch in Branches)
        {
            text.Append(" WHEN ").Append(branch.Condition).Append(" THEN ").Append(branch.Value);
        }

        return text.Append(Otherwise is null ? string.Empty : $" ELSE {Otherwise}").Append(" END").ToString();
    }
}
