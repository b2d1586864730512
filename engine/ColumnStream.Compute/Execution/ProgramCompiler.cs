using System;
using System.Collections.Generic;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Functions;
using ColumnStream.Compute.Nested;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Execution;

/// <summary>Turns expression trees into steps over registers; equal subtrees are computed once.</summary>
/// <remarks>A branch is the number of a bitmap register; branch 0 is every row that counts.</remarks>
internal sealed class ProgramCompiler
{
    private readonly Dictionary<(BoundExpression, int), int> _known = [];
    private readonly Dictionary<BoundExpression, bool> _dear = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, int> _encoded = [];
    private readonly Dictionary<int, int> _parents = [];
    private string? _function;
    private readonly Dictionary<(int, BitTest, bool, int), int> _branches = [];

    public ProgramCompiler(EvaluatorOptions options)
    {
        Options = options;
        NewRegister(Layout.Bit);
    }

    public EvaluatorOptions Options { get; }

    /// <summary>Gets the layout of each register.</summary>
    public List<Layout> Registers { get; } = [];

    public List<Step> Steps { get; private set; } = [];

    /// <summary>Gets the registers that hold constants.</summary>
    public List<(int Register, LiteralExpression Literal)> Constants { get; } = [];

    /// <summary>Gets the registers that are input columns.</summary>
    public List<(int Register, int Column)> Columns { get; } = [];

    /// <summary>
    /// Compiles an expression for the rows of a branch and returns its register; nested values are canonical bytes.
    /// </summary>
    public int Compile(BoundExpression expression, int branch) =>
        Encoded(CompileInPlace(expression, branch), expression.Type);

    /// <summary>Returns a register of canonical bytes for one that may still be a nested column.</summary>
    public int Encoded(int register, SqlType type)
    {
        if (Registers[register] != Layout.Nested)
        {
            return register;
        }

        if (!_encoded.TryGetValue(register, out int encoded))
        {
            encoded = Emit(new EncodeStep(register, NestedEncoder.Create(type.ToArrow())), Layout.View, 0, default);
            _encoded[register] = encoded;
        }

        return encoded;
    }

    /// <summary>
    /// Compiles like <see cref="Compile"/> but leaves nested columns, and fields of them, in their arrays: for what reads
    /// those directly.
    /// </summary>
    public int CompileInPlace(BoundExpression expression, int branch)
    {
        int at = IsDear(expression) ? branch : 0;
        for (int b = at; ; b = _parents[b])
        {
            if (_known.TryGetValue((expression, b), out int known))
            {
                return known;
            }

            if (b == 0)
            {
                break;
            }
        }

        int register = expression switch
        {
            ColumnExpression column => Column(column),
            LiteralExpression literal => Constant(literal),
            CallExpression call => Call(call, at),
            CastExpression cast => CastCompiler.Compile(this, cast, at),
            CaseExpression choice => Case(choice, at),
            _ => throw new NotSupportedException($"Expression has no kernel: {expression}."),
        };
        if (!IsVolatile(expression))
        {
            _known[(expression, at)] = register;
        }

        return register;
    }

    /// <summary>Adds a step that writes a new register and returns it.</summary>
    public int Emit(Step step, Layout layout, int branch, SourceLocation location)
    {
        step.Result = NewRegister(layout);
        step.Branch = branch;
        step.Location = location;
        step.Function = _function;
        Steps.Add(step);
        return step.Result;
    }

    /// <summary>Gathers the steps that <paramref name="emit"/> adds, instead of running them with the others.</summary>
    public Step[] Gather(Func<int> emit, out int register)
    {
        List<Step> outer = Steps;
        Steps = [];
        register = emit();
        Step[] inner = [.. Steps];
        Steps = outer;
        return inner;
    }

    public int NewRegister(Layout layout)
    {
        Registers.Add(layout);
        return Registers.Count - 1;
    }

    public int Constant(LiteralExpression literal)
    {
        if (_known.TryGetValue((literal, 0), out int known))
        {
            return known;
        }

        int register = NewRegister(Layouts.Of(literal.Type));
        Constants.Add((register, literal));
        return _known[(literal, 0)] = register;
    }

    /// <summary>Makes or finds the rows of a branch that pass a test.</summary>
    public int Branch(int register, BitTest test, bool negate, int parent)
    {
        if (_branches.TryGetValue((register, test, negate, parent), out int known))
        {
            return known;
        }

        int branch = Emit(new BitTestStep(register, test, negate, parent), Layout.Bit, 0, default);
        _parents[branch] = parent;
        return _branches[(register, test, negate, parent)] = branch;
    }

    /// <summary>Combines values of disjoint branches.</summary>
    public int Blend(int[] branches, int[] values, int otherwise, SqlType type, SourceLocation location)
    {
        Layout layout = Layouts.Of(type);
        return Emit(
            layout == Layout.View && branches.Length <= ChooseConstantStep.MostBranches && AreTexts(values, otherwise)
                ? new ChooseConstantStep(branches, values, otherwise) : new BlendStep(branches, values, otherwise),
            layout,
            0,
            location);
    }

    /// <summary>Tells whether all registers are constants other than NULL.</summary>
    private bool AreTexts(int[] values, int otherwise)
    {
        int found = 0;
        foreach ((int register, LiteralExpression literal) in Constants)
        {
            if (literal.Value is not null)
            {
                found += Array.FindAll(values, v => v == register).Length + (register == otherwise ? 1 : 0);
            }
        }

        return found == values.Length + (otherwise < 0 ? 0 : 1);
    }

    /// <summary>Tells whether a tree can fail or has steps of two nanoseconds a row and more.</summary>
    public bool IsDear(BoundExpression expression)
    {
        if (_dear.TryGetValue(expression, out bool known))
        {
            return known;
        }

        return _dear[expression] = expression switch
        {
            CallExpression call => !Function(call).IsCheap(call) || AnyDear(call.Arguments),
            CastExpression cast => !CastCompiler.IsCheap(cast) || IsDear(cast.Input),
            CaseExpression choice => IsDearCase(choice),
            _ => false,
        };
    }

    private static ScalarFunction Function(CallExpression call) => FunctionTable.Find(call.Function)
        ?? throw new NotSupportedException($"Function is unknown: {call.Function}.");

    private static bool IsVolatile(BoundExpression expression) => expression is CallExpression call
        ? Function(call).Volatility == Volatility.Volatile || AnyVolatile(call.Arguments)
        : expression is CastExpression cast && IsVolatile(cast.Input);

    private static bool AnyVolatile(ValueList<BoundExpression> expressions)
    {
        foreach (BoundExpression expression in expressions.Span)
        {
            if (IsVolatile(expression))
            {
                return true;
            }
        }

        return false;
    }

    private bool AnyDear(ValueList<BoundExpression> expressions)
    {
        foreach (BoundExpression expression in expressions.Span)
        {
            if (IsDear(expression))
            {
                return true;
            }
        }

        return false;
    }

    private bool IsDearCase(CaseExpression choice)
    {
        foreach (CaseBranch branch in choice.Branches.Span)
        {
            if (IsDear(branch.Condition) || IsDear(branch.Value))
            {
                return true;
            }
        }

        return choice.Otherwise is not null && IsDear(choice.Otherwise);
    }

    private int Column(ColumnExpression column)
    {
        int register = NewRegister(Layouts.OfColumn(column.Type));
        Columns.Add((register, column.Index));
        return register;
    }

    private int Call(CallExpression call, int branch)
    {
        string? outer = _function;
        _function = call.Function;
        int result = Function(call).Compile(this, call, branch);
        _function = outer;
        return result;
    }

    private int Case(CaseExpression choice, int branch)
    {
        int count = choice.Branches.Count;
        var branches = new int[count];
        var values = new int[count];
        int rest = branch;
        for (int i = 0; i < count; i++)
        {
            int condition = Compile(choice.Branches[i].Condition, rest);
            branches[i] = Branch(condition, BitTest.True, negate: false, rest);
            values[i] = Compile(choice.Branches[i].Value, branches[i]);
            rest = Branch(condition, BitTest.True, negate: true, rest);
        }

        int otherwise = choice.Otherwise is null ? -1 : Compile(choice.Otherwise, rest);
        return Blend(branches, values, otherwise, choice.Type, choice.Location);
    }
}
