using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Connectors;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Statements;

namespace ColumnStream.Planner.Binding;

/// <summary>Turns CREATE TABLE and CREATE VIEW into catalog entries.</summary>
internal sealed class DefinitionBinder(BindingContext context)
{
    private const int MaxRowtimePrecision = 3;

    private readonly DiagnosticBag _diagnostics = context.Diagnostics;

    /// <summary>Binds a table; null when something is wrong.</summary>
    public CatalogTable? Bind(CreateTableStatement statement, ObjectName name)
    {
        int before = _diagnostics.Failures;
        RefuseUnsupported(statement);
        List<CatalogColumn> columns = BindColumns(statement);
        HashSet<string> keys = BindPrimaryKey(statement, columns, out ValueList<string> primaryKey);
        columns = [.. columns.Select(c => keys.Contains(c.Name) ? c with { Type = c.Type.WithNullable(false) } : c)];
        CatalogWatermark? watermark = BindWatermark(statement, columns);
        if (watermark is not null)
        {
            CatalogColumn rowtime = columns[watermark.Column];
            columns[watermark.Column] = rowtime with
            {
                Type = rowtime.Type with { TimeAttribute = TimeAttribute.Rowtime },
            };
        }

        ValueList<string> partitions = BindPartitions(statement, columns);
        var options = ValueList.From(statement.Options.Select(o => new Engine.Plan.TableOption(o.Key.Value, o.Value.Value)));
        var table = new CatalogTable(
            name, ValueList.From(columns), watermark, primaryKey, partitions, options,
            _diagnostics.Locate(statement.Span).ToString(), statement.IsTemporary, statement.Comment)
        {
            Definition = statement,
        };
        Engine.Plan.TableSpec spec = table.ToSpec(options);
        new OptionBinder(context).Check(spec, statement.Options, statement.Name.Span);
        CheckMetadata(statement, table, spec);
        return _diagnostics.Failures == before ? table : null;
    }

    /// <summary>Binds a view; null when something is wrong.</summary>
    public CatalogView? Bind(CreateViewStatement statement, ObjectName name)
    {
        int before = _diagnostics.Failures;
        var binder = new QueryBinder(context);
        Relation relation = binder.Rename(binder.Bind(statement.Query), statement.Columns, statement.Name.Span);
        foreach (IGrouping<string, Identifier> same in statement.Columns.GroupBy(c => c.Value).Where(g => g.Count() > 1))
        {
            _diagnostics.Report(PlannerErrors.ColumnDuplicate, same.Last().Span, null, same.Key);
        }

        return _diagnostics.Failures == before
            ? new CatalogView(
                name, Relation.FieldsOf(relation.Columns), statement.Query, _diagnostics.Source, statement.IsTemporary,
                statement.Comment)
            {
                HomeCatalog = context.Catalog.CurrentCatalog, HomeDatabase = context.Catalog.CurrentDatabase,
            }
            : null;
    }

    private void RefuseUnsupported(CreateTableStatement statement)
    {
        if (statement.Distribution is not null)
        {
            _diagnostics.Report(PlannerErrors.NotSupported, statement.Distribution.Span, null, "DISTRIBUTED");
        }

        foreach (PrimaryKeyDefinition key in statement.PrimaryKeys.Where(key => key.IsUnique))
        {
            _diagnostics.Report(PlannerErrors.NotSupported, key.Span, "Only PRIMARY KEY (...) NOT ENFORCED is.", "UNIQUE");
        }
    }

    private List<CatalogColumn> BindColumns(CreateTableStatement statement)
    {
        var types = new TypeBinder(_diagnostics);
        var names = new HashSet<string>(StringComparer.Ordinal);
        List<ScopeColumn> physical = [];
        foreach (ColumnDefinition column in statement.Columns)
        {
            if (!names.Add(column.Name.Value))
            {
                _diagnostics.Report(PlannerErrors.ColumnDuplicate, column.Name.Span, null, column.Name.Value);
            }

            if (column is PhysicalColumn plain)
            {
                physical.Add(new ScopeColumn(null, plain.Name.Value, types.Bind(plain.Type)));
            }
            else if (column is UntypedColumn untyped)
            {
                _diagnostics.Report(PlannerErrors.TypeUnknown, untyped.Span, null, $"column '{untyped.Name.Value}' has none");
                physical.Add(new ScopeColumn(null, untyped.Name.Value, TypeBinder.ErrorType));
            }
            else if (column is MetadataColumn metadata)
            {
                physical.Add(new ScopeColumn(null, metadata.Name.Value, types.Bind(metadata.Type)));
            }
        }

        var scope = new Relation(new ValuesPlan(default, Relation.FieldsOf(physical)), physical);
        var binder = new ExpressionBinder(_diagnostics, scope, "a computed column");
        List<CatalogColumn> columns = [];
        int next = 0;
        foreach (ColumnDefinition column in statement.Columns)
        {
            if (column is ComputedColumn computed)
            {
                BoundExpression expression = binder.Bind(computed.Expression);
                SqlType type = expression.Type.TimeAttribute == TimeAttribute.Proctime
                    ? expression.Type : expression.Type.Materialized();
                columns.Add(new CatalogColumn(
                    column.Name.Value, type, -1, expression, Text(computed.Expression.Span), column.Comment));
            }
            else
            {
                var metadata = column as MetadataColumn;
                columns.Add(new CatalogColumn(
                    column.Name.Value, physical[next].Type, next, null, null, column.Comment)
                {
                    MetadataKey = metadata is null ? null : metadata.Key?.Value ?? metadata.Name.Value,
                    IsVirtual = metadata is { IsVirtual: true },
                });
                next++;
            }
        }

        return columns;
    }

    /// <summary>Reports METADATA columns that the connector does not know, or knows by another type.</summary>
    private void CheckMetadata(CreateTableStatement statement, CatalogTable table, Engine.Plan.TableSpec spec)
    {
        if (context.Connectors.Find(spec.Connector) is not { } connector)
        {
            return;
        }

        IReadOnlyList<MetadataKey> keys = connector.Metadata(spec);
        foreach (MetadataColumn column in statement.Columns.OfType<MetadataColumn>())
        {
            CatalogColumn bound = table.Columns.First(c => c.Name == column.Name.Value);
            string what = $"METADATA column '{bound.Name}'";
            if (keys.FirstOrDefault(k => k.Key == bound.MetadataKey) is not { } key)
            {
                string known = keys.Count == 0 ? "It has none."
                    : $"Keys: {string.Join(", ", keys.Select(k => $"{k.Key} {k.Type}"))}.";
                _diagnostics.Report(
                    PlannerErrors.Clause, column.Span, known, what,
                    $"connector '{spec.Connector}' has no key '{bound.MetadataKey}'");
            }
            else if (bound.Type.Materialized().WithNullable(true) != key.Type.WithNullable(true))
            {
                _diagnostics.Report(
                    PlannerErrors.Clause, column.Type.Span, $"Declare it as {key.Type} and cast where it is read.", what,
                    $"key '{key.Key}' is {key.Type}");
            }
        }
    }

    private HashSet<string> BindPrimaryKey(
        CreateTableStatement statement, List<CatalogColumn> columns, out ValueList<string> primaryKey)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        primaryKey = default;
        for (int i = 0; i < statement.PrimaryKeys.Count; i++)
        {
            PrimaryKeyDefinition key = statement.PrimaryKeys[i];
            if (i > 0)
            {
                _diagnostics.Report(PlannerErrors.PrimaryKey, key.Span, null, "the table has one already");
                continue;
            }

            if (key.IsEnforced)
            {
                _diagnostics.Report(
                    PlannerErrors.PrimaryKey, key.Span, "Write PRIMARY KEY (...) NOT ENFORCED.",
                    "keys of tables outside cannot be enforced");
            }

            foreach (Identifier column in key.Columns)
            {
                CatalogColumn? found = columns.FirstOrDefault(c => c.Name == column.Value);
                if (found is null)
                {
                    string? near = NameSuggester.Suggest(column.Value, columns.Select(c => c.Name));
                    _diagnostics.Report(
                        PlannerErrors.ColumnNotFound, column.Span, NameResolver.DidYouMean(near), column.Value);
                }
                else if (found.Physical < 0)
                {
                    _diagnostics.Report(PlannerErrors.PrimaryKey, column.Span, null, $"column '{column.Value}' is computed");
                }
                else if (!keys.Add(column.Value))
                {
                    _diagnostics.Report(PlannerErrors.ColumnDuplicate, column.Span, null, column.Value);
                }
            }

            primaryKey = ValueList.From(key.Columns.Select(c => c.Value));
        }

        return keys;
    }

    private CatalogWatermark? BindWatermark(CreateTableStatement statement, List<CatalogColumn> columns)
    {
        for (int i = 1; i < statement.Watermarks.Count; i++)
        {
            _diagnostics.Report(PlannerErrors.Watermark, statement.Watermarks[i].Span, null, "the table has one already");
        }

        if (statement.Watermarks.IsEmpty)
        {
            return null;
        }

        WatermarkDefinition definition = statement.Watermarks[0];
        ScopeColumn[] scope = [.. columns.Select(c => new ScopeColumn(null, c.Name, c.Type))];
        var binder = new ExpressionBinder(
            _diagnostics, new Relation(new ValuesPlan(default, Relation.FieldsOf(scope)), scope), "WATERMARK");
        BoundExpression time = binder.Names.Resolve(
            new Sql.Ast.Expressions.ColumnReference(definition.Column.Parts) { Span = definition.Column.Span });
        BoundExpression expression = binder.Bind(definition.Expression);
        if (TypeBinder.IsError(time.Type) || TypeBinder.IsError(expression.Type))
        {
            return null;
        }

        string? wrong = time is not ColumnExpression ? "a field inside a row cannot be the rowtime yet"
            : !time.Type.IsTimestamp || time.Type.Precision > MaxRowtimePrecision
                ? $"'{definition.Column.ToDisplayString()}' is {time.Type.WithNullable(true)}, not TIMESTAMP(p) or"
                    + " TIMESTAMP_LTZ(p) with p up to 3"
            : expression.Type.Id != time.Type.Id
                ? $"its expression is {expression.Type.WithNullable(true)}, its column {time.Type.WithNullable(true)}"
            : null;
        if (wrong is not null)
        {
            _diagnostics.Report(PlannerErrors.Watermark, definition.Span, null, wrong);
            return null;
        }

        return new CatalogWatermark(((ColumnExpression)time).Index, expression, Text(definition.Expression.Span));
    }

    private ValueList<string> BindPartitions(CreateTableStatement statement, List<CatalogColumn> columns)
    {
        foreach (Identifier column in statement.PartitionedBy)
        {
            if (!columns.Any(c => c.Name == column.Value && c.Physical >= 0))
            {
                string? near = NameSuggester.Suggest(column.Value, columns.Select(c => c.Name));
                _diagnostics.Report(
                    PlannerErrors.ColumnNotFound, column.Span, NameResolver.DidYouMean(near), column.Value);
            }
        }

        return ValueList.From(statement.PartitionedBy.Select(c => c.Value));
    }

    private string Text(SourceSpan span) => _diagnostics.Source.GetText(span).ToString();
}
