using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Engine.Operators;
using ColumnStream.Planner.Logical;

namespace ColumnStream.Planner.Rules;

/// <summary>
/// Turns arrays, maps and rows into their canonical bytes below an aggregation, or window functions, that have them as keys
/// or arguments, and back above: state, hashing and exchanges then know bytes only.
/// </summary>
internal static class EncodeNested
{
    private static readonly SqlType Bytes = SqlType.Bytes;

    public static LogicalPlan Apply(LogicalPlan plan) => LogicalRule.BottomUp(plan, static node => node switch
    {
        AggregatePlan a when Encoded(a.Input, a.Keys, a.Aggregates) is { Count: > 0 } columns => Decode(
            a.Fields,
            fields => a with
            {
                Input = Encode(a.Input, columns),
                Aggregates = Calls(a.Aggregates, columns, a.Input.Fields.Count),
                Fields = fields,
            },
            a.Keys,
            a.Aggregates),
        WindowAggregatePlan a when Encoded(a.Input, a.Keys, a.Aggregates) is { Count: > 0 } columns => Decode(
            a.Fields,
            fields => a with
            {
                Input = Encode(a.Input, columns),
                Aggregates = Calls(a.Aggregates, columns, a.Input.Fields.Count),
                Fields = fields,
            },
            a.Keys,
            a.Aggregates),
        ScalarJoinPlan join when join.Inputs.Any(i => i.Fields.Any(f => f.Type.IsNested)) => Encode(join),
        SetOperationPlan set when set.Fields.Any(f => f.Type.IsNested) => Encode(set),
        SemiJoinPlan join when join.Inputs.Any(i => i.Fields.Any(f => f.Type.IsNested)) => Encode(join),
        WindowPlan { Window.Kind: WindowKind.Session } window when window.Input.Fields.Any(f => f.Type.IsNested) => Encode(window),
        RankPlan rank when rank.Input.Fields.Any(f => f.Type.IsNested) => Encode(rank),
        JoinPlan join when join.Inputs.Any(i => i.Fields.Any(f => f.Type.IsNested)) => Encode(join),
        TimeJoinPlan join when join.Inputs.Any(i => i.Fields.Any(f => f.Type.IsNested)) => Encode(join),
        OverPlan over when over.Input.Fields.Any(f => f.Type.IsNested) => Encode(over),
        _ => node,
    });

    /// <summary>Lets window functions keep bytes of all nested columns, those that they only carry among them.</summary>
    private static ProjectPlan Encode(OverPlan over)
    {
        LogicalPlan input = Bare(over.Input);
        WindowCall[] calls = [.. over.Calls.Select(c => c with { Call = Calls([c.Call], [], 0)[0] })];
        IEnumerable<SqlField> results = calls.Select((c, i) => over.Fields[input.Fields.Count + i] with { Type = c.Call.Type });
        SqlField[] fields = [.. input.Fields, .. results];
        return new ProjectPlan(
            over with { Input = input, Calls = ValueList.From(calls), Fields = ValueList.From(fields) },
            ValueList.From(fields.Select((field, i) => field.Type == over.Fields[i].Type
                ? (BoundExpression)new ColumnExpression(i, field.Type)
                : new CastExpression(new ColumnExpression(i, field.Type), over.Fields[i].Type))),
            over.Fields);
    }

    /// <summary>Lets a scalar join keep bytes of all nested columns of both sides.</summary>
    private static ProjectPlan Encode(ScalarJoinPlan join)
    {
        SqlField[] fields = [.. join.Fields.Select(
            f => f.Type.IsNested ? f with { Type = Bytes.WithNullable(f.Type.Nullable) } : f)];
        return new ProjectPlan(
            join with { Left = Bare(join.Left), Right = Bare(join.Right), Fields = ValueList.From(fields) },
            ValueList.From(fields.Select((field, i) => field.Type == join.Fields[i].Type
                ? (BoundExpression)new ColumnExpression(i, field.Type)
                : new CastExpression(new ColumnExpression(i, field.Type), join.Fields[i].Type))),
            join.Fields);
    }

    /// <summary>Compares rows by the bytes of their nested columns.</summary>
    private static ProjectPlan Encode(SetOperationPlan set)
    {
        SqlField[] fields = [.. set.Fields.Select(
            f => f.Type.IsNested ? f with { Type = Bytes.WithNullable(f.Type.Nullable) } : f)];
        return new ProjectPlan(
            set with { Left = Bare(set.Left), Right = Bare(set.Right), Fields = ValueList.From(fields) },
            ValueList.From(fields.Select((field, i) => field.Type == set.Fields[i].Type
                ? (BoundExpression)new ColumnExpression(i, field.Type)
                : new CastExpression(new ColumnExpression(i, field.Type), set.Fields[i].Type))),
            set.Fields);
    }

    /// <summary>Lets a semi join keep bytes of all nested columns of both sides.</summary>
    private static ProjectPlan Encode(SemiJoinPlan join)
    {
        LogicalPlan left = Bare(join.Left);
        return Decoded(join, left, fields => join with { Left = left, Right = Bare(join.Right), Fields = fields });
    }

    /// <summary>Lets a top-N keep bytes of all nested columns.</summary>
    private static ProjectPlan Encode(RankPlan rank)
    {
        LogicalPlan input = Bare(rank.Input);
        return Decoded(rank, input, fields => rank with { Input = input, Fields = fields });
    }

    /// <summary>Lets sessions, which keep rows until they end, keep bytes of all nested columns.</summary>
    private static ProjectPlan Encode(WindowPlan window)
    {
        LogicalPlan input = Bare(window.Input);
        return Decoded(window, input, fields => window with { Input = input, Fields = fields });
    }

    /// <summary>Makes what a node makes that appends columns to those of its input, which is encoded.</summary>
    private static ProjectPlan Decoded(LogicalPlan node, LogicalPlan input, Func<ValueList<SqlField>, LogicalPlan> make)
    {
        SqlField[] fields = [.. input.Fields, .. node.Fields.Skip(input.Fields.Count)];
        return new ProjectPlan(
            make(ValueList.From(fields)),
            ValueList.From(fields.Select((field, i) => field.Type == node.Fields[i].Type
                ? (BoundExpression)new ColumnExpression(i, field.Type)
                : new CastExpression(new ColumnExpression(i, field.Type), node.Fields[i].Type))),
            node.Fields);
    }

    /// <summary>Lets a join keep bytes of all nested columns of both sides; its condition reads them as they were.</summary>
    private static ProjectPlan Encode(JoinPlan join)
    {
        (LogicalPlan left, LogicalPlan right) = (Bare(join.Left), Bare(join.Right));
        SqlField[] before = [.. join.Left.Fields, .. join.Right.Fields];
        SqlField[] after = [.. left.Fields, .. right.Fields];
        BoundExpression Decoded(int column, SqlType wanted, bool isNullable) =>
            before[column].Type.IsNested
                ? new CastExpression(new ColumnExpression(column, after[column].Type.WithNullable(isNullable)), wanted)
                : new ColumnExpression(column, wanted);
        IEnumerable<SqlField> fields = join.Fields.Select((field, i) =>
            field.Type.IsNested ? field with { Type = Bytes.WithNullable(field.Type.Nullable) } : field);
        return new ProjectPlan(
            join with
            {
                Left = left,
                Right = right,
                Residual = join.Residual is null ? null : ExpressionTree.MapColumns(
                    join.Residual, c => Decoded(c, before[c].Type, before[c].Type.Nullable)),
                Fields = ValueList.From(fields),
            },
            ValueList.From(join.Fields.Select((field, i) => Decoded(i, field.Type, field.Type.Nullable))),
            join.Fields);
    }

    private static ProjectPlan Encode(TimeJoinPlan join)
    {
        ProjectPlan encoded = Encode(join.Timeless);
        var inner = (JoinPlan)encoded.Input;
        return encoded with
        {
            Input = join with { Left = inner.Left, Right = inner.Right, Residual = inner.Residual, Fields = inner.Fields },
        };
    }

    private static LogicalPlan Bare(LogicalPlan input)
    {
        if (!input.Fields.Any(f => f.Type.IsNested))
        {
            return input;
        }

        BoundExpression[] expressions = [.. input.Fields.Select((field, i) => field.Type.IsNested
            ? (BoundExpression)new CastExpression(new ColumnExpression(i, field.Type), Bytes.WithNullable(field.Type.Nullable))
            : new ColumnExpression(i, field.Type))];
        return new ProjectPlan(
            input, ValueList.From(expressions),
            ValueList.From(input.Fields.Select((field, i) => field with { Type = expressions[i].Type })));
    }

    /// <summary>Returns the columns that must become bytes, ascending.</summary>
    private static List<int> Encoded(LogicalPlan input, ValueList<int> keys, ValueList<AggregateCall> calls) =>
    [
        .. keys.Concat(calls.Where(TakesBytes).SelectMany(c => c.Arguments))
            .Where(c => input.Fields[c].Type.IsNested).Distinct().Order(),
    ];

    // JSON aggregates write the parts of a value, so they take it as it is.
    private static bool TakesBytes(AggregateCall call) =>
        !call.Function.StartsWith("JSON_", StringComparison.Ordinal) && call.ArgumentTypes.Any(t => t.IsNested);

    /// <summary>Replaces the columns by their bytes; the columns themselves follow behind the last, for who wants them.</summary>
    private static ProjectPlan Encode(LogicalPlan input, List<int> columns)
    {
        BoundExpression[] expressions =
        [
            .. input.Fields.Select((field, i) => columns.Contains(i)
                ? (BoundExpression)new CastExpression(
                    new ColumnExpression(i, field.Type), Bytes.WithNullable(field.Type.Nullable))
                : new ColumnExpression(i, field.Type)),
            .. columns.Select(c => new ColumnExpression(c, input.Fields[c].Type)),
        ];
        IEnumerable<SqlField> fields = input.Fields.Select((field, i) => field with { Type = expressions[i].Type });
        return new ProjectPlan(
            input, ValueList.From(expressions), ValueList.From(fields.Concat(columns.Select(c => input.Fields[c]))));
    }

    private static ValueList<AggregateCall> Calls(ValueList<AggregateCall> calls, List<int> columns, int behind) =>
        ValueList.From(calls.Select(call => TakesBytes(call)
            ? call with
            {
                ArgumentTypes = ValueList.From(
                    call.ArgumentTypes.Select(t => t.IsNested ? Bytes.WithNullable(t.Nullable) : t)),
                Type = ResultType(call),
            }
            : call with
            {
                Arguments = ValueList.From(
                    call.Arguments.Select(c => columns.Contains(c) ? behind + columns.IndexOf(c) : c)),
            }));

    /// <summary>Returns the result with bytes wherever the argument's type stands in it.</summary>
    private static SqlType ResultType(AggregateCall call)
    {
        SqlType result = call.Type;
        foreach (SqlType argument in call.ArgumentTypes.Where(t => t.IsNested))
        {
            result = Replace(result, argument.WithNullable(true));
        }

        return result;
    }

    private static SqlType Replace(SqlType type, SqlType part) =>
        type.WithNullable(true) == part ? Bytes.WithNullable(type.Nullable) : type with
        {
            Element = type.Element is null ? null : Replace(type.Element, part),
            Key = type.Key is null ? null : Replace(type.Key, part),
            Value = type.Value is null ? null : Replace(type.Value, part),
        };

    private static ProjectPlan Decode(
        ValueList<SqlField> fields,
        Func<ValueList<SqlField>, LogicalPlan> make,
        ValueList<int> keys,
        ValueList<AggregateCall> calls)
    {
        SqlField[] encoded = [.. fields];
        for (int i = 0; i < keys.Count; i++)
        {
            SqlType type = encoded[i].Type;
            encoded[i] = type.IsNested ? encoded[i] with { Type = Bytes.WithNullable(type.Nullable) } : encoded[i];
        }

        for (int i = 0; i < calls.Count; i++)
        {
            int at = keys.Count + i;
            encoded[at] = TakesBytes(calls[i])
                ? encoded[at] with { Type = ResultType(calls[i]).WithNullable(encoded[at].Type.Nullable) } : encoded[at];
        }

        return new ProjectPlan(
            make(ValueList.From(encoded)),
            ValueList.From(encoded.Select((field, i) => field.Type == fields[i].Type
                ? (BoundExpression)new ColumnExpression(i, field.Type)
                : new CastExpression(new ColumnExpression(i, field.Type), fields[i].Type))),
            fields);
    }
}
