using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Queries;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds INSERT: the query's columns become the table's, in order, with implicit casts.</summary>
internal sealed class InsertBinder(BindingContext context)
{
    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Binds an INSERT; null when something is wrong.</summary>
    public SinkPlan? Bind(InsertStatement statement)
    {
        int before = _diagnostics.Failures;
        if (statement.IsUpsert)
        {
            _diagnostics.Report(PlannerErrors.NotSupported, statement.Span, null, "UPSERT");
        }

        var tables = new TableBinder(context, null);
        Relation query = new QueryBinder(context with { Filled = Filled(statement, tables) }).Bind(statement.Query);
        CatalogObject? target = tables.Find(statement.Table);
        if (target is CatalogView)
        {
            _diagnostics.Report(
                PlannerErrors.WrongObject, statement.Table.Span, null, statement.Table.ToDisplayString(), "view", "table");
        }

        if (target is not CatalogTable table)
        {
            return null;
        }

        TableSpec spec = table.ToSpec(tables.OptionsOf(table, statement.Hints, forRead: false), forWrite: true);
        spec = statement.IsOverwrite ? spec with { IsOverwritten = true } : spec;
        if (context.Connectors.Find(spec.Connector) is { } connector)
        {
            RefuseOverwrite(connector, spec, statement);
            if (!connector.CanWrite)
            {
                _diagnostics.Report(
                    PlannerErrors.CannotWrite, statement.Table.Span, null, spec.Connector, statement.Table.ToDisplayString());
            }
            else
            {
                tables.Validate(connector, spec, forRead: false, statement.Table.Span);
                RefuseReadOnly(connector, spec, statement);
            }
        }

        Dictionary<int, BoundExpression>? partition = Partition(statement, table, spec);
        int[]? targets = partition is null ? null : Targets(statement, spec, partition);
        if (targets is null || query.IsBroken)
        {
            return null;
        }

        if (query.Columns.Count != targets.Length)
        {
            string columns = string.Join(", ", targets.Select(t => spec.Columns[t].Name));
            _diagnostics.Report(
                PlannerErrors.ColumnCount, statement.Query.Span,
                $"Table '{statement.Table.ToDisplayString()}' takes ({columns}).", "Query", query.Columns.Count, targets.Length);
            return null;
        }

        ProjectPlan project = Project(statement, spec, query, targets, partition!);
        return _diagnostics.Failures == before ? new SinkPlan(project, spec) : null;
    }

    /// <summary>Tells the types of the columns that VALUES with parameters fill, where they are known.</summary>
    private ValueList<SqlType> Filled(InsertStatement statement, TableBinder tables)
    {
        if (context.Parameters is not { IsInferring: true } || statement.Query.Body is not ValuesBody
            || !statement.Partition.IsEmpty || TableBinder.FullName(statement.Table, context) is not { } name
            || context.Catalog.Find(name) is not CatalogTable table)
        {
            return default;
        }

        TableSpec spec = table.ToSpec(tables.OptionsOf(table, statement.Hints, forRead: false), forWrite: true);
        ValueList<SqlField> columns = spec.Columns;
        return statement.Columns.IsEmpty
            ? ValueList.From(columns.Select(column => column.Type))
            : ValueList.From(statement.Columns.Select(
                written => columns.FirstOrDefault(column => column.Name == written.Value)?.Type ?? SqlType.Null));
    }

    private static string At(TableSpec spec) => spec.Option("path") is { } path ? $" with 'path' = '{path}'" : string.Empty;

    /// <summary>Reports INSERT OVERWRITE where a stream would never end it, or where rows cannot be replaced.</summary>
    private void RefuseOverwrite(Connector connector, TableSpec spec, InsertStatement statement)
    {
        (string What, string? Hint)? refused = !statement.IsOverwrite ? null
            : !context.Settings.IsBatch
                ? ("INSERT OVERWRITE in streaming mode", "SET 'execution.runtime-mode' = 'batch', or write INSERT INTO.")
            : !connector.CanOverwrite(spec) ? ($"INSERT OVERWRITE of a table of connector '{spec.Connector}'{At(spec)}", null)
            : statement.Partition.Count > 0 ? ("INSERT OVERWRITE of a PARTITION", null) : null;
        if (refused is { } found)
        {
            _diagnostics.Report(PlannerErrors.NotSupported, statement.Span, found.Hint, found.What);
        }
    }

    /// <summary>Reports metadata that cannot be written and is not declared VIRTUAL.</summary>
    private void RefuseReadOnly(Connector connector, TableSpec spec, InsertStatement statement)
    {
        for (int i = 0; i < spec.Columns.Count; i++)
        {
            if (spec.MetadataOf(i) is { } key
                && connector.Metadata(spec).FirstOrDefault(k => k.Key == key) is { CanWrite: false })
            {
                _diagnostics.Report(
                    PlannerErrors.Clause, statement.Table.Span,
                    "Declare it VIRTUAL: it is then left out when the table is written.",
                    $"METADATA column '{spec.Columns[i].Name}'", $"key '{key}' can only be read");
            }
        }
    }

    /// <summary>Binds the static values of PARTITION (...) by the position of their column; null after a report.</summary>
    private Dictionary<int, BoundExpression>? Partition(InsertStatement statement, CatalogTable table, TableSpec spec)
    {
        string[] names = [.. spec.Columns.Select(c => c.Name)];
        Dictionary<int, BoundExpression> values = [];
        foreach (PartitionValue value in statement.Partition)
        {
            int index = System.Array.IndexOf(names, value.Column.Value);
            if (index < 0 || !table.PartitionedBy.Contains(value.Column.Value))
            {
                string? near = NameSuggester.Suggest(value.Column.Value, table.PartitionedBy);
                _diagnostics.Report(
                    PlannerErrors.Clause, value.Column.Span, NameResolver.DidYouMean(near), "PARTITION",
                    $"'{value.Column.Value}' is not in PARTITIONED BY of the table");
                return null;
            }

            if (new LiteralBinder(_diagnostics).Bind(value.Value!) is not { } literal)
            {
                _diagnostics.Report(
                    PlannerErrors.NotConstant, value.Value!.Span, null, "A value of PARTITION", SqlPrinter.Print(value.Value));
                return null;
            }

            SqlType type = spec.Columns[index].Type;
            if (TypeBinder.IsError(literal.Type) || !values.TryAdd(index, ExpressionTree.CastTo(literal, type)))
            {
                return null;
            }

            if (literal.Type != SqlType.Null && !SqlTypes.CanCast(literal.Type, type))
            {
                _diagnostics.Report(PlannerErrors.TypeMismatch, value.Span, null, value.Column.Value, type, literal.Type);
                return null;
            }
        }

        return values;
    }

    private int[]? Targets(InsertStatement statement, TableSpec spec, Dictionary<int, BoundExpression> partition)
    {
        if (statement.Columns.IsEmpty)
        {
            return [.. Enumerable.Range(0, spec.Columns.Count).Where(column => !partition.ContainsKey(column))];
        }

        string[] names = [.. spec.Columns.Select(c => c.Name)];
        List<int> targets = [];
        bool isWrong = false;
        foreach (Identifier column in statement.Columns)
        {
            int index = System.Array.IndexOf(names, column.Value);
            if (index < 0)
            {
                _diagnostics.Report(
                    PlannerErrors.ColumnNotFound, column.Span,
                    NameResolver.DidYouMean(NameSuggester.Suggest(column.Value, names)), column.Value);
                isWrong = true;
            }
            else if (targets.Contains(index) || partition.ContainsKey(index))
            {
                _diagnostics.Report(PlannerErrors.ColumnDuplicate, column.Span, null, column.Value);
                isWrong = true;
            }
            else
            {
                targets.Add(index);
            }
        }

        return isWrong ? null : [.. targets];
    }

    private ProjectPlan Project(
        InsertStatement statement, TableSpec spec, Relation query, int[] targets, Dictionary<int, BoundExpression> partition)
    {
        var expressions = new BoundExpression[spec.Columns.Count];
        for (int i = 0; i < expressions.Length; i++)
        {
            SqlField column = spec.Columns[i];
            int from = System.Array.IndexOf(targets, i);
            if (partition.TryGetValue(i, out BoundExpression? constant))
            {
                expressions[i] = constant;
                continue;
            }

            if (from >= 0)
            {
                expressions[i] = Cast(statement, column, query, from);
                continue;
            }

            expressions[i] = new LiteralExpression(null, column.Type.WithNullable(true));
            if (!column.Type.Nullable)
            {
                _diagnostics.Report(PlannerErrors.NullIntoNotNull, statement.Table.Span, null, column.Name);
            }
        }

        var fields = expressions.Select((e, i) => new SqlField(spec.Columns[i].Name, e.Type.Materialized()));
        return new ProjectPlan(query.Plan, ValueList.From(expressions), ValueList.From(fields));
    }

    /// <summary>Returns the place of a column of the query: its item where items and columns are the same.</summary>
    private static SourceSpan SpanOf(InsertStatement statement, Relation query, int column) =>
        statement.Query.Body is SelectBody select && select.Items.Count == query.Columns.Count
            && !select.Items.Any(item => item is StarItem)
            ? select.Items[column].Span : statement.Query.Span;

    private BoundExpression Cast(InsertStatement statement, SqlField column, Relation query, int from)
    {
        SqlType type = query.Plan.Fields[from].Type;
        var source = new ColumnExpression(from, type);
        if (TypeBinder.IsError(type))
        {
            return source;
        }

        if (!TypeCoercion.CanCastImplicitly(type, column.Type))
        {
            _diagnostics.Report(
                PlannerErrors.TypeMismatch, SpanOf(statement, query, from),
                $"Write CAST({query.Columns[from].Name} AS {column.Type.WithNullable(true)}) in the query.",
                column.Name, column.Type.WithNullable(true), type.Materialized().WithNullable(true));
            return LiteralBinder.Error;
        }

        // Flink keeps text as long as it is, whatever length the sink declares.
        return type.IsText && column.Type.IsText ? source : ExpressionTree.CastTo(source, column.Type);
    }
}
