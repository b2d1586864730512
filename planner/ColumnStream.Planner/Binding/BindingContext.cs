using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Settings;

namespace ColumnStream.Planner.Binding;

/// <summary>Holds what every binder of one statement needs.</summary>
/// <param name="Diagnostics">Takes errors.</param>
/// <param name="Catalog">The tables and views.</param>
/// <param name="Connectors">The connectors.</param>
/// <param name="Settings">The session's options.</param>
/// <param name="BrokenObjects">Names whose definition had errors: using them is not an error of its own.</param>
internal sealed record BindingContext(
    DiagnosticBag Diagnostics,
    Catalog Catalog,
    ConnectorRegistry Connectors,
    SessionSettings Settings,
    HashSet<ObjectName> BrokenObjects)
{
    /// <summary>Gets the names of rewrites that are left out.</summary>
    public ValueList<string> WithoutRules { get; init; }

    /// <summary>Gets whether jobs say what EXPLAIN says of them.</summary>
    public bool Explains { get; init; }

    /// <summary>Gets the statement's parameters, or null where a statement has none.</summary>
    public StatementParameters? Parameters { get; init; }

    /// <summary>Gets the types of the columns that VALUES fill, so that a parameter in them has one; none elsewhere.</summary>
    public ValueList<Compute.Types.SqlType> Filled { get; init; }

    /// <summary>Gets what a query inside another one takes of it; null for a query that stands by itself.</summary>
    public Correlation? Outer { get; init; }
}
