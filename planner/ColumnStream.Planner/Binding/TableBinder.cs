using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Errors;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Options;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Binding.Joins;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Queries;
using TableOption = ColumnStream.Engine.Plan.TableOption;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds what stands in FROM.</summary>
internal sealed class TableBinder(BindingContext context, CommonTables? common)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Gets what queries in conditions of FROM see.</summary>
    public QueryScope Scope { get; } = new(context, common);

    /// <summary>Binds a table reference.</summary>
    public Relation Bind(TableReference reference) => reference switch
    {
        NamedTable named => BindNamed(named),
        DerivedTable derived => BindDerived(derived),
        FunctionTable function => Alias(
            new WindowFunctionBinder(context, this).Bind(function), function.Alias, null),
        JoinTable join => new LateralBinder(context, this).TryBind(join) ?? new JoinBinder(context, this).Bind(join),
        UnnestTable unnest => new LateralBinder(context, this).Bind(unnest, null),
        MatchRecognizeTable => NotSupported(reference.Span, "MATCH_RECOGNIZE"),
        PivotTable => NotSupported(reference.Span, "PIVOT"),
        UnpivotTable => NotSupported(reference.Span, "UNPIVOT"),
        SampledTable => NotSupported(reference.Span, "TABLESAMPLE"),
        _ => NotSupported(reference.Span, "This table reference"),
    };

    /// <summary>Returns the full name that a written one stands for; null after a report.</summary>
    public static ObjectName? FullName(QualifiedName name, BindingContext context)
    {
        Identifier[] parts = [.. name.Parts];
        Catalog catalog = context.Catalog;
        string inCatalog = parts.Length > 2 ? parts[^3].Value : catalog.CurrentCatalog;
        string inDatabase = parts.Length > 1 ? parts[^2].Value : catalog.CurrentDatabase;
        if (parts.Length > 3 || !catalog.Catalogs.TryGetValue(inCatalog, out NamedCatalog? found))
        {
            context.Diagnostics.Report(
                PlannerErrors.DatabaseNotFound, parts[0].Span, Known("catalog", catalog.Catalogs.Keys), "Catalog", inCatalog);
            return null;
        }

        if (!found.Databases.ContainsKey(inDatabase))
        {
            context.Diagnostics.Report(
                PlannerErrors.DatabaseNotFound, parts[Math.Max(0, parts.Length - 2)].Span,
                Known("database", found.Databases.Keys), "Database", inDatabase);
            return null;
        }

        return new ObjectName(inCatalog, inDatabase, parts[^1].Value);
    }

    /// <summary>Says which names there are.</summary>
    public static string Known(string kind, IReadOnlyCollection<string> names) => names.Count == 1
        ? $"The only {kind} is {names.First()}."
        : $"There are {string.Join(", ", names)}.";

    /// <summary>Finds a table or view by its written name; null after a report, or when its definition was wrong.</summary>
    public CatalogObject? Find(QualifiedName name)
    {
        if (name.Parts.Count > 1 && context.Catalog.IsSystemDatabase(name.Parts[^2].Value))
        {
            return FindSystem(name);
        }

        if (FullName(name, context) is not { } full)
        {
            return null;
        }

        CatalogObject? found = context.Catalog.Find(full);
        if (found is null && context.BrokenObjects.Contains(full))
        {
            _diagnostics.FollowError();
        }
        else if (found is null)
        {
            IEnumerable<string> names = context.Catalog.Objects.Select(o => o.Name.Name);
            _diagnostics.Report(
                PlannerErrors.TableNotFound, name.Span,
                NameResolver.DidYouMean(NameSuggester.Suggest(full.Name, names)), name.ToDisplayString());
        }

        return found;
    }

    private CatalogTable? FindSystem(QualifiedName name)
    {
        string database = name.Parts[^2].Value;
        CatalogTable? found = context.Catalog.FindSystem(name.Last.Value, database);
        if (found is null)
        {
            IEnumerable<string> names = context.Catalog.SystemTables(database).Select(t => t.Name.Name);
            _diagnostics.Report(
                PlannerErrors.TableNotFound, name.Span,
                NameResolver.DidYouMean(NameSuggester.Suggest(name.Last.Value, names)), name.ToDisplayString());
        }

        return found;
    }

    /// <summary>Applies hints to the options of a table.</summary>
    public ValueList<TableOption> OptionsOf(CatalogTable table, EquatableArray<Hint> hints, bool forRead)
    {
        var options = new List<TableOption>(table.Options);
        foreach (Hint hint in hints)
        {
            if (!hint.Name.Value.Equals("OPTIONS", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (Sql.Ast.TableOption option in hint.Options)
            {
                options.RemoveAll(o => o.Key == option.Key.Value);
                options.Add(new TableOption(option.Key.Value, option.Value.Value));
            }

            new OptionBinder(context).Check(table.ToSpec(ValueList.From(options)), hint.Options, hint.Span);
        }

        return ValueList.From(options);
    }

    /// <summary>Lets the connector look at the whole table; its refusal is reported at the place of use.</summary>
    public bool Validate(Connector connector, TableSpec spec, bool forRead, SourceSpan span)
    {
        try
        {
            connector.Validate(spec, forRead);
            return true;
        }
        catch (UserException error)
        {
            _diagnostics.Errors.Add(new SqlDiagnostic(error.Code, error.Message, span));
            return false;
        }
    }

    private Relation BindNamed(NamedTable named)
    {
        if (named.SystemTime is not null)
        {
            return NotSupported(named.SystemTime.Span, "FOR SYSTEM_TIME AS OF");
        }

        if (named.Name.Parts.Count == 1 && common?.Find(named.Name.Last.Value) is { } relation)
        {
            return Alias(relation, named.Alias, named.Name.Last.Value);
        }

        Relation bound = Find(named.Name) switch
        {
            CatalogTable table => BindTable(table, named),
            CatalogView view => BindView(view, named),
            _ => Relation.Broken,
        };
        return Alias(bound, named.Alias, named.Name.Last.Value);
    }

    private Relation BindTable(CatalogTable table, NamedTable named)
    {
        TableSpec spec = table.ToSpec(OptionsOf(table, named.Hints, forRead: true));
        ScopeColumn[] columns = [.. table.Columns.Select(c => new ScopeColumn(null, c.Name, c.Type))];
        if (context.Connectors.Find(spec.Connector) is not { } connector)
        {
            return new Relation(Relation.Broken.Plan, columns, IsBroken: true);
        }

        if (!connector.CanRead)
        {
            _diagnostics.Report(
                PlannerErrors.CannotRead, named.Name.Span, null, spec.Connector, named.Name.ToDisplayString());
        }
        else if (Validate(connector, spec, forRead: true, named.Name.Span) && context.Settings.IsBatch
            && !connector.IsBounded(spec))
        {
            _diagnostics.Report(
                PlannerErrors.BatchUnbounded, named.Name.Span,
                "Bound it by an option of its connector, or SET 'execution.runtime-mode' = 'streaming'.",
                named.Name.ToDisplayString());
        }
        else if (context.Settings.IsBatch && connector.SourceChangelog(spec) != ChangelogMode.InsertOnly)
        {
            _diagnostics.Report(PlannerErrors.NotSupported, named.Name.Span, null, "Reading a changelog in batch mode");
        }

        var plan = new TableReadPlan(
            table, spec, ValueList.From(Enumerable.Range(0, table.Columns.Count)), Strategy(spec), IdleTimeoutMs(spec))
        {
            Written = new PlanPlace(named.Name.Span),
        };
        return new Relation(context.Settings.IsBatch ? plan with { EmitsWatermarks = false } : plan, columns);
    }

    private WatermarkStrategy Strategy(TableSpec spec)
    {
        string? text = spec.Option(OptionBinder.WatermarkStrategy) ?? context.Settings.Text(OptionTable.WatermarkStrategy);
        return string.Equals(text, "on-event", StringComparison.OrdinalIgnoreCase)
            ? WatermarkStrategy.OnEvent : WatermarkStrategy.OnPeriodic;
    }

    private long IdleTimeoutMs(TableSpec spec)
    {
        string? text = spec.Option(OptionBinder.IdleTimeout) ?? context.Settings.Text(OptionTable.IdleTimeout);
        return text is not null && OptionValue.TryParseDuration(text, out TimeSpan value) ? (long)value.TotalMilliseconds : 0;
    }

    private Relation BindView(CatalogView view, NamedTable named)
    {
        // The view was right when it was created; what can be wrong now is a table below that was dropped or changed.
        var inner = context with { Diagnostics = new DiagnosticBag(view.Source), Outer = null };
        Relation relation = BindAtHome(view, inner);
        if (inner.Diagnostics.Failures > 0 || relation.Columns.Count != view.Columns.Count)
        {
            string reason = inner.Diagnostics.Errors.Count > 0
                ? inner.Diagnostics.Errors[0].Message
                : string.Create(
                    CultureInfo.InvariantCulture, $"it has {relation.Columns.Count} columns, not {view.Columns.Count}.");
            _diagnostics.Report(PlannerErrors.ViewBroken, named.Name.Span, null, view.Name.Name, reason);
            return Relation.Broken;
        }

        return relation with
        {
            Columns = [.. relation.Columns.Select((c, i) => c with { Name = view.Columns[i].Name })],
        };
    }

    /// <summary>Binds a view's query where it was made: names in it mean what they meant there.</summary>
    private static Relation BindAtHome(CatalogView view, BindingContext inner)
    {
        Catalog catalog = inner.Catalog;
        (string currentCatalog, string currentDatabase) = (catalog.CurrentCatalog, catalog.CurrentDatabase);
        catalog.Use(view.HomeCatalog, view.HomeDatabase);
        try
        {
            return new QueryBinder(inner).Bind(view.Query);
        }
        finally
        {
            catalog.Use(currentCatalog, currentDatabase);
        }
    }

    private Relation BindDerived(DerivedTable derived)
    {
        return Alias(new QueryBinder(context, common).Bind(derived.Query), derived.Alias, null);
    }

    /// <summary>Puts a relation under its alias, or under a name where it has none.</summary>
    public Relation Alias(Relation relation, TableAlias? alias, string? name)
    {
        Relation named = alias is null
            ? relation : new QueryBinder(context, common).Rename(relation, alias.Columns, alias.Span);
        return named.WithQualifier(alias?.Name.Value ?? name);
    }

    private Relation NotSupported(SourceSpan span, string what)
    {
        _diagnostics.Report(PlannerErrors.NotSupported, span, null, what);
        return Relation.Broken;
    }
}
