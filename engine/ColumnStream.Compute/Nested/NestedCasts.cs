using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Functions.Access;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Nested;

/// <summary>Chooses the steps of casts of nested values: parts are cast by the casts of their types.</summary>
internal static class NestedCasts
{
    /// <summary>Tells whether a cast changes nothing but names and nullability.</summary>
    public static bool IsSameShape(SqlType from, SqlType to)
    {
        if (!from.IsNested || from.Id != to.Id || from.Fields.Count != to.Fields.Count)
        {
            return false;
        }

        for (int i = 0; i < from.Fields.Count; i++)
        {
            if (!IsSamePart(from.Fields[i].Type, to.Fields[i].Type))
            {
                return false;
            }
        }

        return (from.Element is null || IsSamePart(from.Element, to.Element!))
            && (from.Key is null || (IsSamePart(from.Key, to.Key!) && IsSamePart(from.Value!, to.Value!)));
    }

    /// <summary>Adds the steps that turn a register of canonical bytes into another type.</summary>
    public static int Convert(CastPlan plan, int input)
    {
        SqlType from = plan.From;
        SqlType to = plan.To;
        if (IsSameShape(from, to))
        {
            return input;
        }

        if (TypeCoercion.IsBinary(to))
        {
            return input;
        }

        if (to.IsText)
        {
            return TextCasts.Fit(plan, ToText(plan, input), SqlType.String);
        }

        return from.Id switch
        {
            SqlTypeId.Array => Array(plan, input, from.Element!, to.Element!),
            SqlTypeId.Row => Row(plan, input),
            SqlTypeId.Map => Map(plan, input, from.Key!, from.Value!, to.Key!, to.Value!),
            _ => Map(plan, input, from.Element!, SqlType.Integer, to.Element!, SqlType.Integer),
        };
    }

    /// <summary>Tells whether a cast of a part can fail, which makes TRY_CAST of the whole NULL.</summary>
    private static bool CanFail(SqlType from, SqlType to)
    {
        if (!from.IsNested || from.Id != to.Id)
        {
            return CastTable.Has(from.Id) && CastTable.Has(to.Id)
                && CastTable.Of(from.Id, to.Id) == CastKind.Fallible;
        }

        bool canFail = (from.Element is not null && CanFail(from.Element, to.Element!))
            || (from.Key is not null && (CanFail(from.Key, to.Key!) || CanFail(from.Value!, to.Value!)));
        for (int i = 0; i < from.Fields.Count; i++)
        {
            canFail |= CanFail(from.Fields[i].Type, to.Fields[i].Type);
        }

        return canFail;
    }

    private static bool IsSamePart(SqlType from, SqlType to) => from.IsNested
        ? IsSameShape(from, to)
        : from.Materialized().WithNullable(true) == to.Materialized().WithNullable(true)
            || (from.IsText && to.Id == SqlTypeId.VarChar && from.Length <= to.Length);

    private static int Array(CastPlan plan, int input, SqlType from, SqlType to)
    {
        if (IsSamePart(from, to))
        {
            return input;
        }

        ProgramCompiler compiler = plan.Compiler;
        int element = compiler.NewRegister(Layouts.Of(from));
        int active = compiler.NewRegister(Layout.Bit);
        bool isTry = plan.Message is null;
        Step[] steps = compiler.Gather(
            () => CastCompiler.Convert(compiler, element, from, to, isTry, 0, plan.Location), out int result);
        var program = new ElementProgram(steps, element, active, result);
        bool failsWhole = isTry && CanFail(from, to);
        return plan.EmitNullable(
            new ArrayCastStep(input, Layouts.Of(from), program, Layouts.Of(to), failsWhole), Layout.View);
    }

    private static int Map(CastPlan plan, int input, SqlType key, SqlType value, SqlType toKey, SqlType toValue)
    {
        var layouts = new MapLayouts(Layouts.Of(key), Layouts.Of(value));
        int keys = plan.EmitNullable(new RowStep<MapKeysOf, Utf8, Utf8>(input), Layout.View, layouts);
        int values = plan.EmitNullable(new RowStep<MapValuesOf, Utf8, Utf8>(input), Layout.View, layouts);
        keys = Array(plan, keys, key, toKey);
        values = Array(plan, values, value, toValue);
        return plan.EmitNullable(
            new RowStep<MapOfArrays, Utf8, Utf8, Utf8>(keys, values),
            Layout.View,
            new MapMaker(Layouts.Of(toKey), Layouts.Of(toValue)));
    }

    private static int Row(CastPlan plan, int input)
    {
        int count = plan.From.Fields.Count;
        var fields = new int[count];
        var tried = new int[count];
        for (int i = 0; i < count; i++)
        {
            SqlType to = plan.To.Fields[i].Type;
            fields[i] = Field(plan, input, i, to, out int before);
            bool canFail = plan.Message is null && CanFail(plan.From.Fields[i].Type, to);
            tried[i] = canFail ? before : -1;
        }

        return plan.EmitNullable(new RowOfStep(fields, RowLayout.Of(plan.To), input, tried), Layout.View);
    }

    private static int Field(CastPlan plan, int input, int index, SqlType to, out int before)
    {
        SqlType from = plan.From.Fields[index].Type;
        var place = new FieldPlace(RowLayout.Of(plan.From), index);
        Layout layout = place.Layout[index];
        before = plan.EmitNullable(ElementSteps.Field(layout, input), layout, place);
        return from.IsNested && IsSameShape(from, to)
            ? before
            : CastCompiler.Convert(
                plan.Compiler, before, from, to, plan.Message is null, plan.Branch, plan.Location);
    }

    private static int ToText(CastPlan plan, int input)
    {
        SqlType from = plan.From;
        switch (from.Id)
        {
            case SqlTypeId.Array:
                int texts = Array(plan, input, from.Element!, SqlType.String);
                return plan.EmitNullable(new RowStep<ArrayToText, Utf8, Utf8>(texts), Layout.View);
            case SqlTypeId.Row:
                var fields = new int[from.Fields.Count];
                for (int i = 0; i < fields.Length; i++)
                {
                    fields[i] = Field(plan, input, i, SqlType.String, out _);
                }

                return plan.EmitNullable(new RowToTextStep(input, fields), Layout.View);
            default:
                SqlType key = from.Key ?? from.Element!;
                SqlType value = from.Value ?? SqlType.Integer;
                var layouts = new MapLayouts(Layouts.Of(key), Layouts.Of(value));
                int keys = plan.EmitNullable(new RowStep<MapKeysOf, Utf8, Utf8>(input), Layout.View, layouts);
                int values = plan.EmitNullable(new RowStep<MapValuesOf, Utf8, Utf8>(input), Layout.View, layouts);
                keys = Array(plan, keys, key, SqlType.String);
                values = Array(plan, values, value, SqlType.String);
                return plan.EmitNullable(new RowStep<MapToText, Utf8, Utf8, Utf8>(keys, values), Layout.View);
        }
    }
}
