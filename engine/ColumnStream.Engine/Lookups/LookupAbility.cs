using ColumnStream.Arrow.Types;

namespace ColumnStream.Engine.Lookups;

/// <summary>Says how rows of a table can be looked up.</summary>
/// <param name="Keys">
/// The sets of columns of which one must be wholly given, the preferred first; none means that any columns will do.
/// </param>
/// <param name="Default">What is kept of the table where its options do not say.</param>
/// <param name="CanScan">Whether its reader ends, so that all of it can be kept.</param>
public sealed record LookupAbility(ValueList<ValueList<int>> Keys, LookupCache Default, bool CanScan);
