using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Planner.Errors;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast;
using ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Resolves column references, and fields of rows inside them, against one relation.</summary>
internal sealed class NameResolver(Relation relation, DiagnosticBag diagnostics)
{
    /// <summary>Gets the relation.</summary>
    public Relation Relation => relation;

    /// <summary>Resolves a reference, or reports why it does not resolve.</summary>
    public BoundExpression Resolve(ColumnReference reference)
    {
        EquatableArray<Identifier> parts = reference.Parts;
        if (relation.Scope?.Context.Outer is { } outer && !Knows(reference) && outer.Resolve(reference) is { } parameter)
        {
            return parameter;
        }

        int column = Find(parts, out int used);
        if (column < 0)
        {
            return LiteralBinder.Error;
        }

        BoundExpression value = new ColumnExpression(column, relation.Columns[column].Type)
        {
            Location = diagnostics.Locate(reference.Span),
        };
        for (int i = used; i < parts.Count && !TypeBinder.IsError(value.Type); i++)
        {
            value = Field(value, parts[i]);
        }

        return value;
    }

    /// <summary>Tells whether a reference begins with a column of the relation, be it ambiguous.</summary>
    public bool Knows(ColumnReference reference)
    {
        EquatableArray<Identifier> parts = reference.Parts;
        return Match(parts[0].Value, null).Length > 0
            || Enumerable.Range(1, Math.Min(3, parts.Count - 1)).Any(n => Match(parts[n].Value, parts[n - 1].Value).Length > 0);
    }

    /// <summary>Takes a field of a row.</summary>
    public BoundExpression Field(BoundExpression row, Identifier field)
    {
        if (TypeBinder.IsError(row.Type))
        {
            return row;
        }

        if (row.Type.Id == SqlTypeId.Row)
        {
            for (int i = 0; i < row.Type.Fields.Count; i++)
            {
                if (row.Type.Fields[i].Name == field.Value)
                {
                    SqlType type = row.Type.Fields[i].Type;
                    return new CallExpression(
                        "FIELD", [row, LiteralBinder.Integer(i)], type.WithNullable(type.Nullable || row.Type.Nullable))
                    {
                        Location = diagnostics.Locate(field.Span),
                    };
                }
            }
        }

        string? near = row.Type.Id == SqlTypeId.Row
            ? NameSuggester.Suggest(field.Value, row.Type.Fields.Select(f => f.Name)) : null;
        diagnostics.Report(PlannerErrors.FieldNotFound, field.Span, DidYouMean(near), field.Value, row.Type);
        return LiteralBinder.Error;
    }

    /// <summary>
    /// Returns the row whose fields <c>t.row.*</c> means, or null where the qualifier is an alias or nothing that is known.
    /// </summary>
    public BoundExpression? ResolveRow(QualifiedName? qualifier)
    {
        if (qualifier is null || relation.Columns.Any(c => c.Qualifier == qualifier.Last.Value))
        {
            return null;
        }

        EquatableArray<Identifier> parts = qualifier.Parts;
        bool isColumn = relation.Columns.Any(c => c.Name == parts[0].Value)
            || (parts.Count > 1 && relation.Columns.Any(c => c.Qualifier is { } alias && parts.Any(p => p.Value == alias)));
        return isColumn ? Resolve(new ColumnReference(parts) { Span = qualifier.Span }) : null;
    }

    /// <summary>Returns the columns of <c>t.*</c>, or of <c>*</c> without qualifier; reports an unknown alias.</summary>
    public IReadOnlyList<int> Expand(QualifiedName? qualifier, SourceSpan span)
    {
        string? name = qualifier?.Last.Value;
        int[] columns = name is null ? [.. relation.ShownColumns]
            : [.. Enumerable.Range(0, relation.Columns.Count).Where(i => relation.Columns[i].Qualifier == name)];
        if (columns.Length == 0 && name is not null && !relation.IsBroken)
        {
            ReportAlias(name, span);
        }

        return columns;
    }

    /// <summary>Words a suggestion.</summary>
    public static string? DidYouMean(string? near) => near is null ? null : $"Did you mean '{near}'?";

    /// <summary>Finds the column and how many parts of the name it used; -1 after a report.</summary>
    private int Find(EquatableArray<Identifier> parts, out int used)
    {
        // A qualifier may be written in full; only its last part is compared, as an alias hides the rest anyway.
        for (int name = Math.Min(3, parts.Count - 1); name >= 1; name--)
        {
            int[] qualified = Match(parts[name].Value, parts[name - 1].Value);
            if (qualified.Length > 0)
            {
                used = name + 1;
                return One(qualified, parts, name);
            }
        }

        used = 1;
        int[] plain = Match(parts[0].Value, null);
        if (plain.Length > 0)
        {
            return One(plain, parts, 0);
        }

        if (!relation.IsBroken)
        {
            ReportMissing(parts);
        }

        return -1;
    }

    private int[] Match(string name, string? qualifier) =>
        [.. (qualifier is null ? relation.ShownColumns : Enumerable.Range(0, relation.Columns.Count)).Where(i =>
            relation.Columns[i].Name == name && (qualifier is null || relation.Columns[i].Qualifier == qualifier))];

    private int One(int[] columns, EquatableArray<Identifier> parts, int name)
    {
        if (columns.Length == 1)
        {
            return columns[0];
        }

        string places = string.Join(", ", columns.Select(i =>
            relation.Columns[i].Qualifier is { } q ? $"{q}.{relation.Columns[i].Name}" : $"column {i + 1}"));
        diagnostics.Report(PlannerErrors.ColumnAmbiguous, parts[name].Span, null, parts[name].Value, places);
        return -1;
    }

    private void ReportMissing(EquatableArray<Identifier> parts)
    {
        bool isAlias = parts.Count > 1 && relation.Columns.Any(c => c.Qualifier == parts[0].Value);
        if (parts.Count > 1 && !isAlias && parts.Count == 2 && relation.Columns.All(c => c.Name != parts[0].Value))
        {
            ReportAlias(parts[0].Value, parts[0].Span);
            return;
        }

        Identifier missing = isAlias ? parts[1] : parts[0];
        IEnumerable<string> candidates = relation.Columns
            .Where(c => !isAlias || c.Qualifier == parts[0].Value).Select(c => c.Name);
        string? near = NameSuggester.Suggest(missing.Value, candidates);
        diagnostics.Report(PlannerErrors.ColumnNotFound, missing.Span, DidYouMean(near), missing.Value);
    }

    private void ReportAlias(string name, SourceSpan span)
    {
        IEnumerable<string> aliases = relation.Columns.Select(c => c.Qualifier).OfType<string>().Distinct();
        diagnostics.Report(
            PlannerErrors.AliasNotFound, span, DidYouMean(NameSuggester.Suggest(name, aliases)), name);
    }
}
