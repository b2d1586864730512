using System;
using System.Collections.Generic;
using System.Linq;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Aggregates;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;
using ColumnStream.Compute.WindowFunctions;
using ColumnStream.Planner.Errors;
using ColumnStream.Planner.Logical;
using ColumnStream.Sql;
using ColumnStream.Sql.Ast.Expressions;
using Ast = ColumnStream.Sql.Ast.Expressions;

namespace ColumnStream.Planner.Binding;

/// <summary>Binds expressions over one relation: names, types, casts; reports errors and then returns the error literal.</summary>
/// <param name="diagnostics">Takes errors.</param>
/// <param name="relation">What names refer to.</param>
/// <param name="clause">The clause, for messages about misplaced aggregates.</param>
internal sealed class ExpressionBinder(DiagnosticBag diagnostics, Relation relation, string clause)
{
    private readonly CallBinder _calls = new(diagnostics);
    private readonly LiteralBinder _literals = new(diagnostics);
    private readonly NameResolver _names = new(relation, diagnostics);
    private readonly TypeBinder _types = new(diagnostics);

    /// <summary>Gets what looks at every expression first and may answer for it.</summary>
    public Func<Ast.Expression, BoundExpression?>? Intercept { get; init; }

    /// <summary>Gets the resolver of column names.</summary>
    public NameResolver Names => _names;

    /// <summary>Gets the binder of calls.</summary>
    public CallBinder Calls => _calls;

    /// <summary>Binds a condition, which must be BOOLEAN.</summary>
    public BoundExpression BindCondition(Ast.Expression expression, string what)
    {
        BoundExpression condition = Bind(expression);
        if (TypeBinder.IsError(condition.Type) || condition.Type.Id == SqlTypeId.Boolean)
        {
            return condition;
        }

        if (condition.Type.Id == SqlTypeId.Null)
        {
            return ExpressionTree.CastTo(condition, SqlType.Boolean);
        }

        diagnostics.Report(PlannerErrors.NotBoolean, expression.Span, null, what, condition.Type);
        return LiteralBinder.Error;
    }

    /// <summary>Binds an expression.</summary>
    public BoundExpression Bind(Ast.Expression expression) =>
        Intercept?.Invoke(expression) ?? _literals.Bind(expression)
        ?? (relation.Scope is { } scope ? new SubqueryBinder(scope, this).Bind(expression) : null) ?? BindComposite(expression);

    private BoundExpression BindComposite(Ast.Expression expression)
    {
        SourceSpan span = expression.Span;
        switch (expression)
        {
            case ColumnReference reference:
                return _names.Resolve(reference);
            case FieldAccess access:
                return _names.Field(Bind(access.Operand), access.Field);
            case BinaryExpression binary:
                return _calls.Operator(Symbol(binary.Operator), [Bind(binary.Left), Bind(binary.Right)], span);
            case UnaryExpression { Operator: UnaryOperator.Plus } plus:
                return BindPlus(plus);
            case UnaryExpression unary:
                return _calls.Operator(
                    unary.Operator == UnaryOperator.Not ? "NOT" : "NEGATE", [Bind(unary.Operand)], span);
            case LogicalExpression logical:
                return BindLogical(logical);
            case BetweenExpression between:
                return BindBetween(between);
            case InListExpression list:
                return Negate(
                    _calls.Operator("IN", [Bind(list.Operand), .. list.Items.Select(Bind)], span), list.IsNegated, span);
            case LikeExpression like:
                return BindLike(like);
            case IsExpression test:
                return BindIs(test);
            case DistinctFromExpression distinct:
                return _calls.Operator(
                    distinct.IsNegated ? "IS NOT DISTINCT FROM" : "IS DISTINCT FROM",
                    [Bind(distinct.Left), Bind(distinct.Right)], span);
            case Ast.CaseExpression choice:
                return BindCase(choice);
            case Ast.CastExpression cast:
                return BindCast(cast);
            case TrimExpression trim:
                return _calls.Function(
                    "TRIM",
                    [
                        LiteralBinder.Text(trim.Side.ToString().ToUpperInvariant()),
                        trim.Characters is null ? LiteralBinder.Text(" ") : Bind(trim.Characters),
                        Bind(trim.Operand),
                    ],
                    span);
            case IntervalExpression interval:
                return _calls.Operator("*", [Bind(interval.Operand), LiteralBinder.Unit(interval.Qualifier)], span);
            case PeriodExpression period:
                return new PeriodBinder(diagnostics, _calls, Bind).Bind(period);
            case QuantifiedListExpression quantified:
                return BindQuantified(quantified);
            case ElementAccess access:
                return _calls.Function("ITEM", [Bind(access.Operand), Bind(access.Index)], span);
            case ArrayConstructor array:
                return _calls.Function("ARRAY", [.. array.Elements.Select(Bind)], span);
            case MapConstructor map:
                return _calls.Function("MAP", [.. map.Entries.SelectMany(e => new[] { Bind(e.Key), Bind(e.Value) })], span);
            case RowConstructor row:
                return _calls.Function("ROW", [.. row.Elements.Select(Bind)], span);
            case FunctionCall call:
                return BindCall(call);
            case DynamicParameter parameter when relation.Scope?.Context.Parameters is { } parameters:
                return parameters.Get(parameter.Index);
            default:
                return NotSupported(expression);
        }
    }

    /// <summary>Binds unary plus, which changes nothing but takes what unary minus takes.</summary>
    private BoundExpression BindPlus(UnaryExpression plus)
    {
        BoundExpression operand = Bind(plus.Operand);
        if (TypeBinder.IsError(operand.Type) || operand.Type.IsNumeric || TypeCoercion.IsInterval(operand.Type))
        {
            return operand;
        }

        diagnostics.Report(PlannerErrors.WrongOperands, plus.Span, null, "+", operand.Type.Materialized().WithNullable(true));
        return LiteralBinder.Error;
    }

    private BoundExpression BindLogical(LogicalExpression logical)
    {
        string name = logical.Operator == LogicalOperator.And ? "AND" : "OR";
        BoundExpression[] operands = [.. logical.Operands.Select(o => BindCondition(o, $"Operand of {name}"))];
        return _calls.Operator(name, operands, logical.Span);
    }

    private BoundExpression BindBetween(BetweenExpression between)
    {
        BoundExpression operand = Bind(between.Operand);
        BoundExpression low = Bind(between.Low);
        BoundExpression high = Bind(between.High);
        BoundExpression inside = _calls.Operator("BETWEEN", [operand, low, high], between.Span);
        if (between.IsSymmetric)
        {
            BoundExpression swapped = _calls.Operator("BETWEEN", [operand, high, low], between.Span);
            inside = _calls.Operator("OR", [inside, swapped], between.Span);
        }

        return Negate(inside, between.IsNegated, between.Span);
    }

    /// <summary>Binds a comparison with a list: any of them is an OR of comparisons, all of them an AND.</summary>
    private BoundExpression BindQuantified(QuantifiedListExpression quantified)
    {
        BoundExpression operand = Bind(quantified.Operand);
        BoundExpression[] comparisons =
        [
            .. quantified.Items.Select(item =>
                _calls.Operator(Symbol(quantified.Operator), [operand, Bind(item)], quantified.Span)),
        ];
        string name = quantified.Quantifier == Quantifier.All ? "AND" : "OR";
        return comparisons is [var single] ? single : _calls.Operator(name, comparisons, quantified.Span);
    }

    private BoundExpression BindLike(LikeExpression like)
    {
        string name = like.Kind == LikeKind.SimilarTo ? "SIMILAR TO" : like.Kind.ToString().ToUpperInvariant();
        List<BoundExpression> operands = [Bind(like.Operand), Bind(like.Pattern)];
        if (like.Escape is not null)
        {
            operands.Add(Bind(like.Escape));
        }

        return Negate(_calls.Operator(name, [.. operands], like.Span), like.IsNegated, like.Span);
    }

    private BoundExpression BindIs(IsExpression test)
    {
        string what = test.Test switch
        {
            IsTest.Null or IsTest.Unknown => "NULL",
            IsTest.True => "TRUE",
            IsTest.False => "FALSE",
            IsTest.JsonValue => "JSON VALUE",
            IsTest.JsonObject => "JSON OBJECT",
            IsTest.JsonArray => "JSON ARRAY",
            IsTest.JsonScalar => "JSON SCALAR",
            IsTest.Set => "A SET",
            _ => "EMPTY",
        };
        BoundExpression operand = test.Test is IsTest.True or IsTest.False or IsTest.Unknown
            ? BindCondition(test.Operand, $"Operand of IS {test.Test.ToString().ToUpperInvariant()}") : Bind(test.Operand);
        return what.StartsWith("JSON", StringComparison.Ordinal)
            ? Negate(_calls.Operator($"IS {what}", [operand], test.Span), test.IsNegated, test.Span)
            : _calls.Operator(test.IsNegated ? $"IS NOT {what}" : $"IS {what}", [operand], test.Span);
    }

    private BoundExpression BindCase(Ast.CaseExpression choice)
    {
        BoundExpression? operand = choice.Operand is null ? null : Bind(choice.Operand);
        BoundExpression[] conditions = [.. choice.Whens.Select(when => operand is null
            ? BindCondition(when.Condition, "Condition of WHEN")
            : _calls.Operator("=", [operand, Bind(when.Condition)], when.Span))];
        BoundExpression[] values = [.. choice.Whens.Select(when => Bind(when.Result))];
        BoundExpression? otherwise = choice.Else is null ? null : Bind(choice.Else);
        SqlType[] types = [.. values.Select(v => v.Type), .. otherwise is null ? [] : new[] { otherwise.Type }];
        if (conditions.Any(c => TypeBinder.IsError(c.Type)) || types.Any(TypeBinder.IsError))
        {
            return LiteralBinder.Error;
        }

        if (TypeCoercion.CommonType(types) is not { } common)
        {
            diagnostics.Report(
                PlannerErrors.NoCommonType, choice.Span, "Add a CAST.", "CASE",
                string.Join(", ", types.Select(t => t.WithNullable(true)).Distinct()));
            return LiteralBinder.Error;
        }

        SqlType type = common.Materialized().WithNullable(otherwise is null || types.Any(t => t.Nullable));
        return new Compute.Expressions.CaseExpression(
            ValueList.From(conditions.Select((c, i) => new CaseBranch(c, ExpressionTree.CastTo(values[i], type)))),
            otherwise is null ? null : ExpressionTree.CastTo(otherwise, type),
            type)
        {
            Location = diagnostics.Locate(choice.Span),
        };
    }

    private BoundExpression BindCast(Ast.CastExpression cast)
    {
        if (cast.Format is not null)
        {
            diagnostics.Report(PlannerErrors.NotSupported, cast.Format.Span, null, "FORMAT in CAST");
            return LiteralBinder.Error;
        }

        BoundExpression operand = Bind(cast.Operand);
        SqlType target = _types.Bind(cast.Type);
        if (TypeBinder.IsError(operand.Type) || TypeBinder.IsError(target))
        {
            return LiteralBinder.Error;
        }

        if (operand is PlaceholderExpression parameter)
        {
            return parameter.As(target);
        }

        if (operand is LiteralExpression { Value: null })
        {
            return new LiteralExpression(null, target.WithNullable(true));
        }

        if (!SqlTypes.CanCast(operand.Type, target))
        {
            diagnostics.Report(
                PlannerErrors.CannotCast, cast.Span, CastHint(operand.Type, target), operand.Type.Materialized().WithNullable(true),
                target.WithNullable(true));
            return LiteralBinder.Error;
        }

        SqlType type = target.WithNullable(operand.Type.Nullable || cast.IsTry);
        return operand.Type == type
            ? operand
            : new Compute.Expressions.CastExpression(operand, type, cast.IsTry) { Location = diagnostics.Locate(cast.Span) };
    }

    private static string? CastHint(SqlType from, SqlType to) =>
        from.IsNumeric && to.IsTimestamp ? "Use TO_TIMESTAMP_LTZ(number, 0) for seconds, 3 for milliseconds."
        : from.IsTimestamp && to.IsNumeric ? "Use EXTRACT(EPOCH FROM time) or UNIX_TIMESTAMP(CAST(time AS STRING))."
        : null;

    private BoundExpression BindCall(FunctionCall call)
    {
        string name = call.Name.ToDisplayString();
        if (call.Over is not null)
        {
            diagnostics.Report(PlannerErrors.NotSupported, call.Span, null, $"OVER in {clause}");
            return LiteralBinder.Error;
        }

        if (WindowFunctionTable.Find(name) is { } window)
        {
            diagnostics.Report(
                PlannerErrors.NoSignature, call.Span, null, window.Name, string.Empty, string.Join("; ", window.Signatures));
            return LiteralBinder.Error;
        }

        if (AggregateTable.Find(name) is { } aggregate)
        {
            diagnostics.Report(PlannerErrors.AggregateMisplaced, call.Span, null, aggregate.Name, clause);
            return LiteralBinder.Error;
        }

        if (call.Filter is not null || call.IsDistinct || !call.WithinGroup.IsEmpty)
        {
            string form = call.Filter is not null ? "FILTER" : call.IsDistinct ? "DISTINCT" : "WITHIN GROUP";
            diagnostics.Report(PlannerErrors.NotSupported, call.Span, null, $"{form} of {name}, which is no aggregate,");
            return LiteralBinder.Error;
        }

        if (new JsonBinder(diagnostics, _types, _calls, Bind).Bind(call) is { } json)
        {
            return json;
        }

        if (call.Json is not null)
        {
            diagnostics.Report(PlannerErrors.NotSupported, call.Span, null, $"A clause of {name}");
            return LiteralBinder.Error;
        }

        foreach (Ast.Expression argument in call.Arguments)
        {
            if (argument is NamedArgument or StarArgument or TableArgument or DescriptorArgument or DefaultArgument
                or CharacterSetArgument or JsonFormatArgument or ModelArgument)
            {
                return NotSupported(argument);
            }
        }

        return _calls.Function(name, [.. call.Arguments.Select(Bind)], call.Span, call.Name.Span);
    }

    private BoundExpression Negate(BoundExpression condition, bool isNegated, SourceSpan span) =>
        isNegated ? _calls.Operator("NOT", [condition], span) : condition;

    private LiteralExpression NotSupported(Ast.Expression expression)
    {
        string what = expression switch
        {
            Ast.SubqueryExpression => $"A query as a value in {clause}",
            ExistsExpression => $"EXISTS in {clause}",
            InQueryExpression => $"IN with a query in {clause}",
            QuantifiedExpression => $"ANY or ALL with a query in {clause}",
            NamedArgument => "An argument by name",
            StarArgument => "* outside COUNT(*)",
            DynamicParameter => "A parameter (?)",
            TableArgument or DescriptorArgument => "A table argument outside FROM",
            CollectionQuery collection => $"{collection.Kind.ToString().ToUpperInvariant()} with a query",
            MultisetConstructor => "MULTISET",
            MultisetOperation multiset => $"MULTISET {multiset.Operator.ToString().ToUpperInvariant()}",
            MembershipExpression membership => membership.IsSubmultiset ? "SUBMULTISET OF" : "MEMBER OF",
            PeriodExpression period => $"The period predicate {period.Predicate.ToString().ToUpperInvariant()}",
            DefaultArgument => "DEFAULT in the place of a value",
            CharacterSetArgument => "A character set (USING)",
            JsonFormatArgument => "FORMAT JSON",
            ModelArgument => "A model argument outside FROM",
            MatchSemanticsExpression semantics => $"{(semantics.IsFinal ? "FINAL" : "RUNNING")} outside MATCH_RECOGNIZE",
            _ => "This expression",
        };
        diagnostics.Report(PlannerErrors.NotSupported, expression.Span, null, what);
        return LiteralBinder.Error;
    }

    /// <summary>Returns an operator as it is written.</summary>
    public static string Symbol(BinaryOperator symbol) => symbol switch
    {
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.Modulo => "%",
        BinaryOperator.Concat => "||",
        BinaryOperator.Equal => "=",
        BinaryOperator.NotEqual => "<>",
        BinaryOperator.LessThan => "<",
        BinaryOperator.LessThanOrEqual => "<=",
        BinaryOperator.GreaterThan => ">",
        _ => ">=",
    };
}
