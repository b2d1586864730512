using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Comparison;

/// <summary>
/// Binds and compiles the six comparisons: one kernel each for =, &lt;&gt;, &lt; and &lt;=; &gt; and &gt;= swap
/// sides.
/// </summary>
internal static class CompareOperators
{
    /// <summary>Makes the function of one comparison.</summary>
    public static Function Define(
        string name,
        string doc,
        string example,
        Func<ProgramCompiler, int, int, SqlType, SourceLocation, int> emit,
        bool swap,
        bool isEquality = false) =>
        new Function(
            name,
            [$"a {name} b"],
            doc,
            example,
            isEquality ? BindEqual : Bind,
            (compiler, call, branch) => Compile(compiler, call, branch, emit, swap)).Cheap(IsCheap);

    /// <summary>Casts both sides to the type they compare in.</summary>
    public static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments) =>
        BindEqual(arguments) is { } binding && !binding.ParameterTypes[0].IsNested ? binding : null;

    /// <summary>Casts both sides to the type they are equal in; nested values are equal part by part.</summary>
    public static FunctionBinding? BindEqual(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.Length != 2 || TypeCoercion.ComparisonType(arguments[0], arguments[1]) is not { } common)
        {
            return null;
        }

        SqlType type = common.Id == SqlTypeId.Null ? SqlType.Boolean : common.Materialized();
        return new FunctionBinding(
            [Side(type, arguments[0]), Side(type, arguments[1])], SqlType.Boolean.WithNullable(common.Nullable));
    }

    /// <summary>Tells whether a comparison of these operands walks no rows one by one.</summary>
    public static bool IsCheap(CallExpression call) =>
        Layouts.Of(call.Arguments[0].Type) is >= Layout.Int8 and <= Layout.Float64;

    // Text keeps its own length: comparing needs no cast.
    private static SqlType Side(SqlType common, SqlType argument) =>
        (common.IsText && argument.IsText) || (TypeCoercion.IsBinary(common) && TypeCoercion.IsBinary(argument))
            ? argument
            : common.WithNullable(argument.Nullable || argument.Id == SqlTypeId.Null);

    private static int Compile(
        ProgramCompiler compiler,
        CallExpression call,
        int branch,
        Func<ProgramCompiler, int, int, SqlType, SourceLocation, int> emit,
        bool swap)
    {
        BoundExpression left = call.Arguments[swap ? 1 : 0];
        BoundExpression right = call.Arguments[swap ? 0 : 1];
        if (!swap && CompareShapes.TryCompile(compiler, call, branch) is { } special)
        {
            return special;
        }

        int a = compiler.Compile(left, branch);
        int b = compiler.Compile(right, branch);
        return emit(compiler, a, b, left.Type, call.Location);
    }

    public static int Equal(ProgramCompiler compiler, int a, int b, SqlType type, SourceLocation location)
    {
        Step step = Layouts.Of(type) switch
        {
            Layout.Bit => new RowStep<EqualBit, bool, bool, bool>(a, b),
            Layout.Int8 => new CompareStep<EqualOp<sbyte>, sbyte>(a, b),
            Layout.Int16 => new CompareStep<EqualOp<short>, short>(a, b),
            Layout.Int32 => new CompareStep<EqualOp<int>, int>(a, b),
            Layout.Int64 => new CompareStep<EqualOp<long>, long>(a, b),
            Layout.Float32 => new CompareStep<EqualOp<float>, float>(a, b),
            Layout.Float64 => new CompareStep<EqualOp<double>, double>(a, b),
            Layout.Int128 => new RowStep<EqualOp<Int128>, Int128, Int128, bool>(a, b),
            Layout.View => new TextEqualStep(a, b, negate: false),
            _ => throw new NotSupportedException($"Type does not compare: {type}."),
        };
        return compiler.Emit(step, Layout.Bit, 0, location);
    }

    public static int NotEqual(ProgramCompiler compiler, int a, int b, SqlType type, SourceLocation location)
    {
        Step step = Layouts.Of(type) switch
        {
            Layout.Bit => new RowStep<NotEqualBit, bool, bool, bool>(a, b),
            Layout.Int8 => new CompareStep<NotEqualOp<sbyte>, sbyte>(a, b),
            Layout.Int16 => new CompareStep<NotEqualOp<short>, short>(a, b),
            Layout.Int32 => new CompareStep<NotEqualOp<int>, int>(a, b),
            Layout.Int64 => new CompareStep<NotEqualOp<long>, long>(a, b),
            Layout.Float32 => new CompareStep<NotEqualOp<float>, float>(a, b),
            Layout.Float64 => new CompareStep<NotEqualOp<double>, double>(a, b),
            Layout.Int128 => new RowStep<NotEqualOp<Int128>, Int128, Int128, bool>(a, b),
            Layout.View => new TextEqualStep(a, b, negate: true),
            _ => throw new NotSupportedException($"Type does not compare: {type}."),
        };
        return compiler.Emit(step, Layout.Bit, 0, location);
    }

    public static int Less(ProgramCompiler compiler, int a, int b, SqlType type, SourceLocation location)
    {
        Step step = Layouts.Of(type) switch
        {
            Layout.Bit => new RowStep<LessBit, bool, bool, bool>(a, b),
            Layout.Int8 => new CompareStep<LessOp<sbyte>, sbyte>(a, b),
            Layout.Int16 => new CompareStep<LessOp<short>, short>(a, b),
            Layout.Int32 => new CompareStep<LessOp<int>, int>(a, b),
            Layout.Int64 => new CompareStep<LessOp<long>, long>(a, b),
            Layout.Float32 => new CompareStep<LessOp<float>, float>(a, b),
            Layout.Float64 => new CompareStep<LessOp<double>, double>(a, b),
            Layout.Int128 => new RowStep<LessOp<Int128>, Int128, Int128, bool>(a, b),
            Layout.View => new RowStep<LessText, Utf8, Utf8, bool>(a, b),
            _ => throw new NotSupportedException($"Type does not compare: {type}."),
        };
        return compiler.Emit(step, Layout.Bit, 0, location);
    }

    public static int LessOrEqual(ProgramCompiler compiler, int a, int b, SqlType type, SourceLocation location)
    {
        Step step = Layouts.Of(type) switch
        {
            Layout.Bit => new RowStep<LessOrEqualBit, bool, bool, bool>(a, b),
            Layout.Int8 => new CompareStep<LessOrEqualOp<sbyte>, sbyte>(a, b),
            Layout.Int16 => new CompareStep<LessOrEqualOp<short>, short>(a, b),
            Layout.Int32 => new CompareStep<LessOrEqualOp<int>, int>(a, b),
            Layout.Int64 => new CompareStep<LessOrEqualOp<long>, long>(a, b),
            Layout.Float32 => new CompareStep<LessOrEqualOp<float>, float>(a, b),
            Layout.Float64 => new CompareStep<LessOrEqualOp<double>, double>(a, b),
            Layout.Int128 => new RowStep<LessOrEqualOp<Int128>, Int128, Int128, bool>(a, b),
            Layout.View => new RowStep<LessOrEqualText, Utf8, Utf8, bool>(a, b),
            _ => throw new NotSupportedException($"Type does not compare: {type}."),
        };
        return compiler.Emit(step, Layout.Bit, 0, location);
    }
}
