using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions;

/// <summary>Resolves a call by argument types; null when no signature fits.</summary>
internal delegate FunctionBinding? BindRule(ReadOnlySpan<SqlType> arguments);

/// <summary>Resolves a call by its arguments, constants included; null when no signature fits.</summary>
internal delegate FunctionBinding? BindArgumentsRule(ReadOnlySpan<BoundExpression> arguments);

/// <summary>Tells whether argument types go together.</summary>
internal delegate bool TypesRule(ReadOnlySpan<SqlType> arguments);

/// <summary>Adds the steps of a call and returns the result's register.</summary>
internal delegate int CompileRule(ProgramCompiler compiler, CallExpression call, int branch);

/// <summary>Is a function made of a binding rule and a compile rule; the shapes below cover most.</summary>
internal sealed class Function(
    string name, string[] signatures, string doc, string example, BindRule bind, CompileRule compile) : ScalarFunction
{
    private readonly ValueList<string> _signatures = ValueList.Create<string>(signatures);
    private ValueList<string> _aliases;
    private Volatility _volatility;
    private string? _failMessage;
    private Func<object>? _state;
    private TypesRule _types = static _ => true;
    private BindArgumentsRule? _bindArguments;
    private Func<CallExpression, string?> _check = static _ => null;
    private Func<CallExpression, bool> _isCheap = static _ => false;

    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override ValueList<string> Aliases => _aliases;

    /// <inheritdoc/>
    public override ValueList<string> Signatures => _signatures;

    /// <inheritdoc/>
    public override string Doc => doc;

    /// <inheritdoc/>
    public override string Example => example;

    /// <inheritdoc/>
    public override Volatility Volatility => _volatility;

    /// <summary>Makes a function whose kernel is a row operation of one argument.</summary>
    public static Function Row<TOp, TA, TR>(
        string signature, string doc, string example, Parameter a, SqlType result, bool canBeNull = false)
        where TOp : struct, IRowOp<TA, TR> =>
        Shape(signature, doc, example, [a], result, canBeNull, static r =>
            new RowStep<TOp, TA, TR>(r[0]), Layouts.Of<TR>());

    /// <summary>Makes a function whose kernel is a row operation of two arguments.</summary>
    public static Function Row<TOp, TA, TB, TR>(
        string signature, string doc, string example, Parameter a, Parameter b, SqlType result, bool canBeNull = false)
        where TOp : struct, IRowOp<TA, TB, TR> =>
        Shape(
            signature, doc, example, [a, b], result, canBeNull,
            static r => new RowStep<TOp, TA, TB, TR>(r[0], r[1]), Layouts.Of<TR>());

    /// <summary>Makes a function whose kernel is a row operation of three arguments.</summary>
    public static Function Row<TOp, TA, TB, TC, TR>(
        string signature, string doc, string example, Parameter a, Parameter b, Parameter c, SqlType result,
        bool canBeNull = false)
        where TOp : struct, IRowOp<TA, TB, TC, TR> =>
        Shape(
            signature, doc, example, [a, b, c], result, canBeNull,
            static r => new RowStep<TOp, TA, TB, TC, TR>(r[0], r[1], r[2]), Layouts.Of<TR>());

    /// <summary>Makes a function whose kernel is a row operation of four arguments.</summary>
    public static Function Row<TOp, TA, TB, TC, TD, TR>(
        string signature, string doc, string example, Parameter a, Parameter b, Parameter c, Parameter d, SqlType result,
        bool canBeNull = false)
        where TOp : struct, IRowOp<TA, TB, TC, TD, TR> =>
        Shape(
            signature, doc, example, [a, b, c, d], result, canBeNull,
            static r => new RowStep<TOp, TA, TB, TC, TD, TR>(r[0], r[1], r[2], r[3]), Layouts.Of<TR>());

    /// <summary>Returns this function with other names.</summary>
    public Function With(params string[] aliases)
    {
        _aliases = ValueList.Create<string>(aliases);
        return this;
    }

    /// <summary>Returns this function with a volatility.</summary>
    public Function With(Volatility volatility)
    {
        _volatility = volatility;
        return this;
    }

    /// <summary>Returns this function as cheap: it cannot fail and runs over all rows.</summary>
    public Function Cheap(Func<CallExpression, bool>? when = null)
    {
        _isCheap = when ?? (static _ => true);
        return this;
    }

    /// <summary>Returns this function with the error of rows that have no result; NULL is their result otherwise.</summary>
    public Function FailingWith(string message)
    {
        _failMessage = message;
        return this;
    }

    /// <summary>Returns this function with what each of its steps keeps from row to row.</summary>
    public Function WithState(Func<object> make)
    {
        _state = make;
        return this;
    }

    /// <summary>Returns this function with a condition on its argument types together.</summary>
    public Function WhereTypes(TypesRule rule)
    {
        _types = rule;
        return this;
    }

    /// <summary>Returns this function with a rule that sees constant arguments, where types do not say all.</summary>
    public Function With(BindArgumentsRule rule)
    {
        _bindArguments = rule;
        return this;
    }

    /// <summary>Returns this function with a check of constant arguments: what is wrong with them, or null.</summary>
    public Function With(Func<CallExpression, string?> check)
    {
        _check = check;
        return this;
    }

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        _types(arguments) ? bind(arguments) : null;

    /// <inheritdoc/>
    public override FunctionBinding? Bind(ReadOnlySpan<BoundExpression> arguments) =>
        _bindArguments is null ? base.Bind(arguments) : _bindArguments(arguments);

    /// <inheritdoc/>
    public override string? Check(CallExpression call) => _check(call);

    /// <summary>Binds arguments to parameters, the last of which may be optional.</summary>
    public static FunctionBinding? Bind(
        ReadOnlySpan<SqlType> arguments, ReadOnlySpan<Parameter> parameters, SqlType result, bool canBeNull)
    {
        if (arguments.Length > parameters.Length)
        {
            return null;
        }

        var types = new SqlType[arguments.Length];
        bool nullable = canBeNull;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (i >= arguments.Length)
            {
                if (parameters[i].Default is null)
                {
                    return null;
                }

                continue;
            }

            if (parameters[i].Accept(arguments[i]) is not { } type)
            {
                return null;
            }

            types[i] = type;
            nullable |= type.Nullable;
        }

        return new FunctionBinding(ValueList.Create<SqlType>(types), result.WithNullable(nullable));
    }

    /// <inheritdoc/>
    internal override int Compile(ProgramCompiler compiler, CallExpression call, int branch) =>
        compile(compiler, call, branch);

    /// <inheritdoc/>
    internal override bool IsCheap(CallExpression call) => _isCheap(call);

    /// <summary>Compiles the arguments, literals standing in for absent ones.</summary>
    internal static int[] Arguments(
        ProgramCompiler compiler, CallExpression call, int branch, ReadOnlySpan<Parameter> parameters)
    {
        var registers = new int[parameters.Length];
        for (int i = 0; i < registers.Length; i++)
        {
            if (i >= call.Arguments.Count)
            {
                registers[i] = compiler.Constant(new LiteralExpression(parameters[i].Default,
                    parameters[i].DefaultType));
                continue;
            }

            registers[i] = compiler.Compile(call.Arguments[i], branch);
        }

        return registers;
    }

    private static Function Shape(
        string signature,
        string doc,
        string example,
        Parameter[] parameters,
        SqlType result,
        bool canBeNull,
        Func<int[], RowStep> make,
        Layout layout)
    {
        Function function = null!;
        function = new Function(
            signature[..signature.IndexOf('(')],
            [signature],
            doc,
            example,
            arguments => Bind(arguments, parameters, result, canBeNull),
            (compiler, call, branch) =>
            {
                RowStep step = make(Arguments(compiler, call, branch, parameters));
                step.FailMessage = function._failMessage;
                step.State = function._state?.Invoke();
                return compiler.Emit(step, layout, branch, call.Location);
            });
        return function;
    }
}
