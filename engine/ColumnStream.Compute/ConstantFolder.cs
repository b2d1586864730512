using System;
using System.Globalization;
using System.Text;
using ColumnStream.Arrow;
using ColumnStream.Arrow.Arrays;
using ColumnStream.Arrow.Memory;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute;

/// <summary>
/// Replaces constant subtrees by literals, with the kernels that rows use; what would fail stays as it is.
/// </summary>
public static class ConstantFolder
{
    private static readonly EvaluatorOptions Options = new(TimeProvider.System, new Random(0));

    /// <summary>
    /// Folds a tree; functions that depend on clock, chance or session stay, and so do failing constants.
    /// </summary>
    public static BoundExpression Fold(BoundExpression expression)
    {
        BoundExpression folded = expression switch
        {
            CallExpression call => call with { Arguments = FoldAll(call.Arguments) },
            CastExpression cast => cast with { Input = Fold(cast.Input) },
            CaseExpression choice => FoldCase(choice),
            _ => expression,
        };
        return IsFoldable(folded) ? TryEvaluate(folded) : folded;
    }

    /// <summary>Returns the literal that an expression folds to, or null when it is no constant.</summary>
    public static LiteralExpression? Constant(BoundExpression expression) =>
        expression as LiteralExpression ?? Fold(expression) as LiteralExpression;

    internal static ValueList<BoundExpression> FoldAll(ValueList<BoundExpression> expressions)
    {
        var folded = new BoundExpression[expressions.Count];
        for (int i = 0; i < folded.Length; i++)
        {
            folded[i] = Fold(expressions[i]);
        }

        return ValueList.Create<BoundExpression>(folded);
    }

    /// <summary>Drops branches that are never taken and those behind one that always is.</summary>
    private static BoundExpression FoldCase(CaseExpression choice)
    {
        var branches = new System.Collections.Generic.List<CaseBranch>();
        BoundExpression? otherwise = choice.Otherwise is null ? null : Fold(choice.Otherwise);
        foreach (CaseBranch branch in choice.Branches.Span)
        {
            BoundExpression condition = Fold(branch.Condition);
            if (condition is LiteralExpression { Value: "true" })
            {
                otherwise = Fold(branch.Value);
                break;
            }

            if (condition is not LiteralExpression)
            {
                branches.Add(new CaseBranch(condition, Fold(branch.Value)));
            }
        }

        if (branches.Count > 0)
        {
            return choice with { Branches = ValueList.From(branches), Otherwise = otherwise };
        }

        BoundExpression only = otherwise ?? Literals.Null(choice.Type);
        return only.Type.WithNullable(true) == choice.Type.WithNullable(true) ? only : choice;
    }

    private static bool IsFoldable(BoundExpression expression)
    {
        if (expression.Type.Id == SqlTypeId.Null)
        {
            return false;
        }

        return expression switch
        {
            CallExpression call => FunctionTable.Find(call.Function) is { Volatility: Volatility.Immutable }
                && AreLiterals(call.Arguments) && !CrossesZone(call.Arguments, call.Type),
            CastExpression cast => cast.Input is LiteralExpression && !CrossesZone([cast.Input], cast.Type),
            _ => false,
        };
    }

    private static bool AreLiterals(ValueList<BoundExpression> expressions)
    {
        foreach (BoundExpression expression in expressions.Span)
        {
            if (expression is not LiteralExpression)
            {
                return false;
            }
        }

        return true;
    }

    // What reads or writes instants as local times depends on the session's zone.
    private static bool CrossesZone(ValueList<BoundExpression> inputs, SqlType result)
    {
        bool crosses = HasInstant(result);
        foreach (BoundExpression input in inputs.Span)
        {
            crosses |= HasInstant(input.Type);
        }

        return crosses;
    }

    /// <summary>Tells whether instants stand in a type, at any depth.</summary>
    private static bool HasInstant(SqlType? type)
    {
        if (type is null || type.Id == SqlTypeId.TimestampLtz)
        {
            return type is not null;
        }

        bool has = HasInstant(type.Element) || HasInstant(type.Key) || HasInstant(type.Value);
        foreach (SqlField field in type.Fields.Span)
        {
            has |= HasInstant(field.Type);
        }

        return has;
    }

    private static BoundExpression TryEvaluate(BoundExpression expression)
    {
        using var pool = new SizeClassPool(0);
        using var allocator = new BufferAllocator("constants", pool);
        var batch = new RecordBatch(new Schema(default(ValueList<Field>)), [], 1);
        try
        {
            using var evaluator = new Evaluator([expression], batch.Schema, allocator, Options, KernelChoice.Scalar);
            var results = new ArrayData[1];
            evaluator.Evaluate(batch, null, results);
            string? value = results[0].IsNull(0) ? null : Text(results[0], expression.Type);
            results[0].Release();
            return new LiteralExpression(value, value is null ? expression.Type.WithNullable(true) : expression.Type)
            {
                Location = expression.Location,
            };
        }
        catch (Exception error) when (error is EvaluationException or NotSupportedException or FormatException
            or MemoryLimitException)
        {
            return expression;
        }
    }

    private static string Text(ArrayData array, SqlType type) => array switch
    {
        BooleanArray bits => bits.GetValue(0) ? "true" : "false",
        ViewArray views => type.IsText ? Encoding.UTF8.GetString(views.GetBytes(0))
            : Convert.ToHexString(views.GetBytes(0)),
        FixedWidthArray values => Number(values),
        ListArray or MapArray or StructArray => Convert.ToHexString(new NestedCodec(array.Type).Encode(array, 0)),
        _ => throw new NotSupportedException($"Value has no literal: {type}."),
    };

    private static string Number(FixedWidthArray values) => values.Type.Id switch
    {
        TypeId.Float32 => values.Values<float>()[0].ToString("R", CultureInfo.InvariantCulture),
        TypeId.Float64 => values.Values<double>()[0].ToString("R", CultureInfo.InvariantCulture),
        _ => values.ByteWidth switch
        {
            1 => values.Values<sbyte>()[0].ToString(CultureInfo.InvariantCulture),
            2 => values.Values<short>()[0].ToString(CultureInfo.InvariantCulture),
            4 => values.Values<int>()[0].ToString(CultureInfo.InvariantCulture),
            8 => values.Values<long>()[0].ToString(CultureInfo.InvariantCulture),
            _ => values.Values<Int128>()[0].ToString(CultureInfo.InvariantCulture),
        },
    };
}
