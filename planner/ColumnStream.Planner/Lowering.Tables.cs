using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Engine.Elements;
using ColumnStream.Engine.Operators;
using ColumnStream.Engine.Plan;
using ColumnStream.Planner.Catalogs;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner;

/// <content>Reads tables and writes them.</content>
internal sealed partial class Lowering
{
    /// <summary>Lowers one sink with everything below it; returns its id.</summary>
    public int LowerSink(SinkPlan sink)
    {
        int input = Keyed(sink, Checked(sink, Lower(sink.Input)));
        input = sink.Table.IsOverwritten ? Exchange(input, Partitioning.Single, default) : input;
        return Add(new SinkNode(sink.Table) { Id = 0, Inputs = [input], Output = Named(sink, input), Uid = Claim(sink.Uid) });
    }

    /// <summary>Puts a side table behind every operator that leaves out late rows.</summary>
    public void LowerLateRows(TableSpec table)
    {
        foreach (PhysicalNode node in _nodes.Where(LateRowsLowering.LeavesOut).ToList())
        {
            PhysicalNode input = _nodes[node.Inputs[0]];
            int late = Add(LateRowsLowering.Make(node, input, Derived("late-rows", node.Uid)));
            string uid = Derived("late-sink", node.Uid);
            Add(new SinkNode(table) { Id = 0, Inputs = [late], Output = _nodes[late].Output, Uid = uid });
        }
    }

    /// <summary>Sees to NOT NULL and lengths that the table declares and the query does not keep.</summary>
    private int Checked(SinkPlan sink, int input)
    {
        SqlField[] fields = [.. _nodes[input].Output];
        SqlField[] columns = [.. sink.Table.Columns];
        int[] notNull = [.. Enumerable.Range(0, columns.Length).Where(i => !columns[i].Type.Nullable && fields[i].Type.Nullable)];
        int[] lengths = facts.Options.LengthEnforcer == "ignore" ? []
            : [.. Enumerable.Range(0, columns.Length).Where(i => MayNotFit(fields[i].Type, columns[i].Type))];
        if (lengths.Length > 0 && facts.Options.LengthEnforcer == "trim_pad")
        {
            SqlField[] cut = [.. fields.Select((f, i) => lengths.Contains(i)
                ? f with { Type = columns[i].Type.WithNullable(f.Type.Nullable) } : f)];
            input = Project(
                input,
                ValueList.From(fields.Select((f, i) => lengths.Contains(i)
                    ? (BoundExpression)new CastExpression(new ColumnExpression(i, f.Type), cut[i].Type)
                    : new ColumnExpression(i, f.Type))),
                ValueList.From(cut));
            fields = cut;
            lengths = [];
        }

        if (notNull.Length + lengths.Length == 0)
        {
            return input;
        }

        return AddUnary(input, id => new SinkCheckNode(
            ValueList.From(notNull),
            facts.Options.DropsNulls,
            ValueList.From(lengths),
            ValueList.From(lengths.Select(i => columns[i].Type.Id is SqlTypeId.Char or SqlTypeId.Binary
                ? -columns[i].Type.Length : columns[i].Type.Length)))
        {
            Id = 0, Inputs = [id], Uid = Derived("check", Uid(id), sink.Uid), Table = sink.Table.Name,
            Output = ValueList.From(fields.Select((f, i) =>
                notNull.Contains(i) ? f with { Type = f.Type.WithNullable(false) } : f)),
        });
    }

    /// <summary>Tells whether text or bytes may be longer than a column, or shorter than one of fixed length.</summary>
    private static bool MayNotFit(SqlType from, SqlType to) =>
        to.Id is SqlTypeId.Char or SqlTypeId.VarChar or SqlTypeId.Binary or SqlTypeId.VarBinary
        && from.IsText == to.IsText
        && !(from.Length <= to.Length && (to.Id is SqlTypeId.VarChar or SqlTypeId.VarBinary
            || (from.Id == to.Id && from.Length == to.Length)));

    /// <summary>Makes what comes fit the primary key of a table: one row a key, changes by it, or rows of a key in one subtask.</summary>
    private int Keyed(SinkPlan sink, int input)
    {
        ValueList<int> key = sink.Table.PrimaryKey;
        if (key.Count == 0 || facts.IsBatch)
        {
            return input;
        }

        ChangelogMode? takes = facts.Connectors.Find(sink.Table.Connector)?.SinkChangelog(sink.Table);
        string? reason = takes != ChangelogMode.Upsert ? null : facts.Options.Materialize switch
        {
            "force" => "forced",
            "none" => null,
            _ when !facts.Updates(input) || facts.Keys(input).Any(k => k.All(key.Contains)) => null,
            _ => facts.Key(input) is { Length: > 0 }
                ? $"rows are known by ({facts.KeyNames(input)}), the table by "
                    + $"({string.Join(", ", key.Select(k => sink.Table.Columns[k].Name))})"
                : "rows have no key",
        };
        if (reason is not null)
        {
            int[] rowKey = facts.Keys(input).MinBy(k => k.Length) ?? [];
            ValueList<SqlField> fields = _nodes[input].Output;
            input = AddUnary(WithBytes(Keyed(input, key)), id => new UpsertMaterializeNode(key, ValueList.From(rowKey))
            {
                Id = 0, Inputs = [id], Output = _nodes[id].Output, Uid = Claim($"materialize-{PlanIdentity.Hash(sink.Uid)}"),
                Reason = reason,
            });
            return FromBytes(input, fields);
        }

        input = facts.Options.KeyedShuffle == "force" ? Keyed(input, key) : input;
        return !facts.Demands.DropsOld(sink.Uid) ? input : AddUnary(input, id => new UpsertChangesNode(key)
        {
            Id = 0, Inputs = [id], Output = _nodes[id].Output, Uid = Derived("upsert-changes", Uid(id), string.Join(',', key)),
        });
    }

    /// <summary>Keeps the last row of each primary key behind a read, and gives full changes of it.</summary>
    private int Normalized(TableReadPlan read, List<int> wanted, int id)
    {
        int[] key = [.. read.Spec.PrimaryKey.Select(p => wanted.FindIndex(c => read.Table.Columns[c].Physical == p))];
        ValueList<SqlField> fields = _nodes[id].Output;
        id = AddUnary(WithBytes(Keyed(id, ValueList.From(key))), input => new ChangelogNormalizeNode(ValueList.From(key))
        {
            Id = 0, Inputs = [input], Output = _nodes[input].Output, Uid = Claim($"normalize-{PlanIdentity.Hash(read.Uid)}"),
        });
        return FromBytes(id, fields);
    }

    /// <summary>Turns arrays, maps and rows into their canonical bytes, which state keeps.</summary>
    private int WithBytes(int id)
    {
        SqlField[] fields = [.. _nodes[id].Output];
        BoundExpression[] bytes = [.. fields.Select((f, i) => f.Type.IsNested
            ? (BoundExpression)new CastExpression(new ColumnExpression(i, f.Type), SqlType.Bytes.WithNullable(f.Type.Nullable))
            : new ColumnExpression(i, f.Type))];
        return Project(
            id, ValueList.From(bytes), ValueList.From(fields.Select((f, i) => f with { Type = bytes[i].Type })));
    }

    /// <summary>Turns bytes back into what they were.</summary>
    private int FromBytes(int id, ValueList<SqlField> fields) => Project(
        id,
        ValueList.From(fields.Select((f, i) => f.Type.IsNested
            ? (BoundExpression)new CastExpression(
                new ColumnExpression(i, SqlType.Bytes.WithNullable(f.Type.Nullable)), f.Type)
            : new ColumnExpression(i, f.Type))),
        fields);

    /// <summary>Names the sink's columns as its table does, with the types that come.</summary>
    private ValueList<SqlField> Named(SinkPlan sink, int input) =>
        ValueList.From(_nodes[input].Output.Select((f, i) => f with { Name = sink.Table.Columns[i].Name }));

    private int LowerRead(TableReadPlan read)
    {
        CatalogTable table = read.Table;
        CatalogWatermark? watermark = read.EmitsWatermarks ? table.Watermark : null;
        var wanted = new List<int>(read.Columns);
        if (watermark is not null)
        {
            SortedSet<int> needed = ExpressionTree.ColumnsOf(watermark.Expression);
            needed.Add(watermark.Column);
            wanted.AddRange(needed.Where(c => !wanted.Contains(c)));
        }

        string uid = Claim(read.Uid);
        bool isNormalized = IsNormalized(read, uid);
        if (isNormalized)
        {
            wanted.AddRange(Enumerable.Range(0, table.Columns.Count)
                .Where(c => read.Spec.PrimaryKey.Contains(table.Columns[c].Physical) && !wanted.Contains(c)));
        }

        var physical = new SortedSet<int>();
        foreach (int column in wanted)
        {
            if (table.Columns[column].Computed is { } computed)
            {
                ExpressionTree.CollectColumns(computed, physical);
            }
            else
            {
                physical.Add(table.Columns[column].Physical);
            }
        }

        int[] projection = [.. physical];
        int id = Add(
            new SourceNode(read.Spec, ValueList.From(projection))
            {
                Id = 0,
                Output = ValueList.From(projection.Select(p => SourceField(table, read.Spec, p))),
                Uid = uid,
            },
            parallelism);
        id = Project(
            id,
            ValueList.From(wanted.Select(c => ReadColumn(table.Columns[c], projection))),
            ValueList.From(wanted.Select(c => new SqlField(table.Columns[c].Name, table.Columns[c].Type))));
        if (watermark is not null)
        {
            BoundExpression expression = ExpressionTree.Remap(watermark.Expression, wanted.IndexOf);
            id = AddUnary(
                id, input => new WatermarkNode(wanted.IndexOf(watermark.Column), expression, read.Strategy, read.IdleTimeoutMs)
                {
                    Id = 0, Inputs = [input], Output = _nodes[input].Output,
                    Uid = Claim($"watermark-{PlanIdentity.Hash(read.Uid)}"),
                });
        }

        return isNormalized ? Normalized(read, wanted, id) : id;
    }

    private bool IsNormalized(TableReadPlan read, string uid) => read.Spec.PrimaryKey.Count > 0 && !facts.IsBatch
        && (facts.Demands.Normalizes(uid) || (facts.Options.HasDuplicates
            && facts.Connectors.Find(read.Spec.Connector)?.SourceChangelog(read.Spec) is not (null or ChangelogMode.InsertOnly)));

    /// <summary>Returns a physical column; the rowtime's attribute stands on it from the source on.</summary>
    private static SqlField SourceField(CatalogTable table, TableSpec spec, int physical)
    {
        CatalogColumn column = table.Columns.First(c => c.Physical == physical);
        return new SqlField(spec.Columns[physical].Name, column.Type);
    }

    private static BoundExpression ReadColumn(CatalogColumn column, int[] projection) => column.Computed is { } computed
        ? ExpressionTree.Remap(computed, p => Array.IndexOf(projection, p))
        : new ColumnExpression(Array.IndexOf(projection, column.Physical), column.Type);
}
