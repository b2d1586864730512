using System;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Collection;

/// <summary>Answers which types functions of arrays take.</summary>
internal static class CollectionTypes
{
    /// <summary>Tells whether a type is an array.</summary>
    public static bool IsArray(SqlType type) => type.Id == SqlTypeId.Array;

    /// <summary>Returns the type that a value is cast to beside elements of an array; null when it does not fit.</summary>
    public static SqlType? Element(SqlType array, SqlType value)
    {
        if (array.Id != SqlTypeId.Array)
        {
            return null;
        }

        SqlType element = array.Element!;
        bool isNull = value.Id == SqlTypeId.Null;
        return isNull ? element.WithNullable(true)
            : element.Id == SqlTypeId.Null || (element.IsText && value.IsText) ? value.Materialized()
            : TypeCoercion.CanCastImplicitly(value.Materialized(), element) ? element.WithNullable(value.Nullable)
            : null;
    }

    /// <summary>Returns the type of elements once a value has been added to them.</summary>
    public static SqlType Joined(SqlType element, SqlType value) =>
        TypeCoercion.CommonType(element, value) ?? element.WithNullable(true);

    /// <summary>Tells whether elements have an order that SQL defines for MAX, MIN and sorting.</summary>
    public static bool HasOrder(SqlType array) => array.Id == SqlTypeId.Array
        && !array.Element!.IsNested && array.Element.Id is not (SqlTypeId.Boolean or SqlTypeId.Null);

    /// <summary>Returns the common type of two or more arrays; null when there is none.</summary>
    public static SqlType? Common(ReadOnlySpan<SqlType> arguments) =>
        TypeCoercion.CommonType(arguments) is { Id: SqlTypeId.Array } common ? common : null;

    /// <summary>Binds a function of one array that returns such an array.</summary>
    public static FunctionBinding? BindSame(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 1 && IsArray(arguments[0]) ? new FunctionBinding([arguments[0]], arguments[0]) : null;

    /// <summary>Binds a function of two arrays of a common type, which it returns.</summary>
    public static FunctionBinding? BindTwo(ReadOnlySpan<SqlType> arguments) =>
        arguments.Length == 2 && Common(arguments) is { } common
            ? new FunctionBinding(
                [common.WithNullable(arguments[0].Nullable), common.WithNullable(arguments[1].Nullable)], common)
            : null;

    /// <summary>Binds a function of an array and a value like its elements; the result depends on both types.</summary>
    public static FunctionBinding? BindElement(
        ReadOnlySpan<SqlType> arguments, Func<SqlType, SqlType, SqlType> result) =>
        arguments.Length == 2 && Element(arguments[0], arguments[1]) is { } element
            ? new FunctionBinding([arguments[0], element], result(arguments[0], element)) : null;

    /// <summary>Adds a step over the arguments' registers.</summary>
    public static int Compile(
        ProgramCompiler compiler, CallExpression call, int branch, Func<int[], RowStep> make, object? state = null)
    {
        var registers = new int[call.Arguments.Count];
        for (int i = 0; i < registers.Length; i++)
        {
            registers[i] = compiler.Compile(call.Arguments[i], branch);
        }

        RowStep step = make(registers);
        step.State = state;
        return compiler.Emit(step, Layouts.Of(call.Type), branch, call.Location);
    }

    /// <summary>Returns how the elements of an argument are stored.</summary>
    public static Layout LayoutOf(CallExpression call, int argument = 0) =>
        Layouts.Of(call.Arguments[argument].Type.Element!);
}
