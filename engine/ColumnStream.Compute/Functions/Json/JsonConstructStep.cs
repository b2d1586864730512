using System;
using System.Buffers;
using ColumnStream.Arrow.Memory;
using ColumnStream.Compute.Execution;
using ColumnStream.Compute.Json;

namespace ColumnStream.Compute.Functions.Json;

/// <summary>Makes an array or an object of the values of each row; it is never NULL.</summary>
internal sealed unsafe class JsonConstructStep(JsonPart[] parts, bool isAbsent, bool isObject) : RowStep
{
    private readonly JsonWriter _writer = new();
    private readonly JsonTape _tape = new();

    protected override byte* Validity(Frame frame) => null;

    protected override void RunRows(Frame frame, ulong* mask)
    {
        for (int row = 0; row < frame.Rows; row++)
        {
            if ((mask[row >> 6] >> (row & 63) & 1) != 0)
            {
                _writer.Output.ResetWrittenCount();
                Construct(frame, row);
                Frame.Store(frame[Result], row, frame.Copy(_writer.Output.WrittenSpan));
            }
        }
    }

    private void Construct(Frame frame, int row)
    {
        ArrayBufferWriter<byte> output = _writer.Output;
        output.Write(isObject ? "{"u8 : "["u8);
        bool isFirst = true;
        foreach (JsonPart part in parts)
        {
            ref Register register = ref frame[part.Register];
            bool isNull = (register.Valid is not null && !Bitmap.Get(register.Valid, row))
                || (part.Letter == 'j' && frame.Text(register, row).Span.IndexOfAnyExcept(" \t\r\n"u8) < 0);
            if (isNull && isAbsent)
            {
                continue;
            }

            output.Write(isFirst ? default : ","u8);
            isFirst = false;
            if (part.Name is not null)
            {
                JsonText.WriteQuoted(output, part.Name);
                output.Write(":"u8);
            }

            if (isNull)
            {
                output.Write("null"u8);
            }
            else
            {
                Value(frame, row, part);
            }
        }

        output.Write(isObject ? "}"u8 : "]"u8);
    }

    private void Value(Frame frame, int row, JsonPart part)
    {
        if (part.Renderer is not null)
        {
            if (!part.Renderer.TryWrite(_writer.Output, frame, frame[part.Register], row))
            {
                Fail(frame, row, "JSON has no NaN and no infinity.");
            }

            return;
        }

        Utf8 text = frame.Text(frame[part.Register], row);
        if (part.Letter == 'r')
        {
            _writer.Output.Write(text.Span);
            return;
        }

        if (!_tape.Parse(text.Pointer, text.Length))
        {
            Fail(frame, row, $"Value is not JSON: {_tape.Error} (at byte {_tape.ErrorAt}): {text.Quote()}.");
        }

        _writer.Write(_tape, 0);
    }
}
