using System;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Logical;

/// <summary>Binds operators over truth values.</summary>
internal static class LogicalOperators
{
    public static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        var types = new SqlType[arguments.Length];
        bool nullable = false;
        for (int i = 0; i < types.Length; i++)
        {
            if (Parameter.Boolean.Accept(arguments[i]) is not { } type)
            {
                return null;
            }

            types[i] = type;
            nullable |= type.Nullable;
        }

        return types.Length < 2 ? null
            : new FunctionBinding(ValueList.Create<SqlType>(types), SqlType.Boolean.WithNullable(nullable));
    }
}
