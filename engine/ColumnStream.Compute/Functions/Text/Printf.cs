using System;
using System.Collections.Generic;
using System.Text;
using ColumnStream.Arrow.Types;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Expressions;
using ColumnStream.Compute.Formatting;
using ColumnStream.Compute.Types;

namespace ColumnStream.Compute.Functions.Text;

/// <summary>Formats values as Java's Formatter does; NULL for a wrong format.</summary>
internal static class Printf
{
    public static ScalarFunction Definition { get; } = new Function(
        "PRINTF",
        ["PRINTF(format, a, …)"],
        "Formats values as java.util.Formatter does in English; NULL for a wrong format.",
        "PRINTF('%05d|%-4s|', 42, 'a') = '00042|a   |'",
        Bind,
        Compile);

    private static FunctionBinding? Bind(ReadOnlySpan<SqlType> arguments)
    {
        if (arguments.IsEmpty || Parameter.Text.Accept(arguments[0]) is not { } format)
        {
            return null;
        }

        var types = new SqlType[arguments.Length];
        types[0] = format;
        for (int i = 1; i < types.Length; i++)
        {
            SqlType type = arguments[i].Id == SqlTypeId.Null ? SqlType.String : arguments[i].Materialized();
            if (TypeCoercion.IsBinary(type) || type.Id > SqlTypeId.IntervalDayTime)
            {
                return null;
            }

            types[i] = type;
        }

        return new FunctionBinding(ValueList.Create<SqlType>(types), SqlType.String.WithNullable(true));
    }

    private static int Compile(ProgramCompiler compiler, CallExpression call, int branch)
    {
        var registers = new int[call.Arguments.Count];
        var types = new SqlType[registers.Length];
        for (int i = 0; i < registers.Length; i++)
        {
            registers[i] = compiler.Compile(call.Arguments[i], branch);
            types[i] = call.Arguments[i].Type;
        }

        var step = new PrintfStep(registers, types, compiler.Options.LocalTimeZone);
        return compiler.Emit(step, Layout.View, branch, call.Location);
    }
}

/// <summary>Formats row by row; the last format is remembered.</summary>
internal sealed unsafe class PrintfStep(int[] registers, SqlType[] types, string zone) : RowStep
{
    private readonly JavaFormatter _formatter = new(zone);
    private readonly FormatArgument[] _arguments = new FormatArgument[registers.Length - 1];
    private byte[]? _last;
    private List<FormatSpecifier>? _format;

    protected override byte* Validity(Frame frame) => frame[registers[0]].Valid;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) == 0)
            {
                continue;
            }

            Prepare(frame, frame.Text(frame[registers[0]], row).Span);
            for (int i = 0; i < _arguments.Length; i++)
            {
                _arguments[i] = Read(frame, registers[i + 1], types[i + 1], row);
            }

            if (_format is null || _formatter.Format(_format, _arguments) is not { } text)
            {
                Missing(frame, row);
                continue;
            }

            byte* room = frame.Reserve((text.Length * 3L) + 16);
            var target = new Span<byte>(room, text.Length * 3);
            Frame.Store(frame[Result], row, frame.Commit(Encoding.UTF8.GetBytes(text.ToString(), target)));
        }
    }

    private void Prepare(Frame frame, ReadOnlySpan<byte> format)
    {
        if (_last is not null && format.SequenceEqual(_last))
        {
            return;
        }

        _last = format.ToArray();
        _format = FormatSpecifier.Parse(Encoding.UTF8.GetString(format));
        foreach (FormatSpecifier part in _format ?? [])
        {
            // Refuses widths that no text may have, with the error of long texts.
            frame.Reserve(Math.Max(part.Width, part.Precision) * 3L);
        }
    }

    private static FormatArgument Read(Frame frame, int number, SqlType type, int row)
    {
        ref Register register = ref frame[number];
        if (register.Valid is not null && !Arrow.Memory.Bitmap.Get(register.Valid, row))
        {
            return default;
        }

        byte* data = register.Data;
        return type.Id switch
        {
            SqlTypeId.Boolean => new(ArgumentKind.Boolean, Arrow.Memory.Bitmap.Get(data, row) ? 1 : 0),
            SqlTypeId.TinyInt => new(ArgumentKind.Byte, ((sbyte*)data)[row]),
            SqlTypeId.SmallInt => new(ArgumentKind.Short, ((short*)data)[row]),
            SqlTypeId.Integer or SqlTypeId.Date or SqlTypeId.Time or SqlTypeId.IntervalYearMonth =>
                new(ArgumentKind.Integer, ((int*)data)[row]),
            SqlTypeId.BigInt or SqlTypeId.IntervalDayTime => new(ArgumentKind.Long, ((long*)data)[row]),
            SqlTypeId.Float => new(ArgumentKind.Float, Number: ((float*)data)[row]),
            SqlTypeId.Double => new(ArgumentKind.Double, Number: ((double*)data)[row]),
            SqlTypeId.Decimal => new(
                ArgumentKind.Decimal,
                Unscaled: register.Layout == Layout.Int64 ? ((long*)data)[row] : ((Int128*)data)[row],
                Scale: type.Scale),
            SqlTypeId.Timestamp or SqlTypeId.TimestampLtz => new(
                ArgumentKind.Text, Text: LocalTimeText.Format(((long*)data)[row], TemporalCasts.UnitOf(type))),
            _ => new(ArgumentKind.Text, Text: Encoding.UTF8.GetString(frame.Text(register, row).Span)),
        };
    }
}
